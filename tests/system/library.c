/* The library by itself: without the command, and as a file. */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(library);

/* The same program twice; what may differ is times, ports, cookies and pids. */
static void expect_same_sockets(const json_t *by_run, const json_t *alone)
{
	static const char *const texts[] = {"family", "type", "origin", "end", "tcp_state"};
	static const char *const numbers[] = {"fd", "bytes_sent", "bytes_received", "sends",
					      "receives"};
	const json_t *first, *second;
	size_t row, key;

	cr_assert_eq(report_size(by_run, "sockets"), report_size(alone, "sockets"));
	for (row = 0; row < report_size(alone, "sockets"); row++) {
		first = json_array_get(json_object_get(by_run, "sockets"), row);
		second = json_array_get(json_object_get(alone, "sockets"), row);
		for (key = 0; key < sizeof(texts) / sizeof(texts[0]); key++)
			cr_expect(json_equal(json_object_get(first, texts[key]),
					     json_object_get(second, texts[key])),
				  "%s: %s %s", texts[key], report_dump(first), report_dump(second));
		for (key = 0; key < sizeof(numbers) / sizeof(numbers[0]); key++)
			cr_expect_eq(report_number(first, numbers[key]),
				     report_number(second, numbers[key]), "%s", numbers[key]);
	}
}

Test(library, records_the_same_without_the_command)
{
	struct subject_options options = {.way = SUBJECT_PRELOAD};
	struct subject by_run, alone;
	const json_t *process;

	subject_record(&by_run, "families", "inet");
	subject_run(&alone, &options, COMMAND_LIST(scratch_subject("families"), "inet"));
	cr_expect_eq(alone.command.status, 0);
	cr_expect_str_eq(alone.command.err, "");
	expect_same_sockets(by_run.report, alone.report);
	process = report_process(alone.report, subject_pid(&alone));
	cr_expect_str_eq(report_text(process, "end"), "exit");
	cr_expect_eq(report_number(process, "status"), 0);
	subject_release(&alone);
	subject_release(&by_run);
}

Test(library, writes_to_socklife_out_unless_told)
{
	const char *directory = scratch_new();
	struct command_options options = {.directory = directory};
	struct command command;
	json_t *report;

	options.environment = COMMAND_LIST("SOCKLIFE_TRACE");
	command_run(&command,
		    COMMAND_LIST("env",
				 scratch_format("LD_PRELOAD=%s", scratch_built("libsocklife.so")),
				 scratch_subject("families"), "inet"),
		    &options);
	cr_expect_eq(command.status, 0);
	report = subject_report_load(scratch_format("%s/socklife.out", directory));
	cr_expect_eq(report_size(report, "sockets"), 3);
	json_decref(report);
	command_release(&command);
}

Test(library, needs_nothing_but_libc)
{
	struct command command;
	char *line, *rest = NULL;
	int needed = 0;

	command_run(&command, COMMAND_LIST("readelf", "-dW", scratch_built("libsocklife.so")),
		    NULL);
	cr_assert_eq(command.status, 0);
	for (line = strtok_r(command.out, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (strstr(line, "(NEEDED)") == NULL)
			continue;
		needed++;
		cr_expect_not_null(strstr(line, "[libc.so.6]"), "%s", line);
	}
	cr_expect_eq(needed, 1);
	command_release(&command);
}

static const char *const hooks[] = {
#define HOOK(name, missing) #name,
#include "../../preload/hooks.def"
#define ALIAS(name, hook) #name,
#include "../../preload/hooks.def"
#define TRACK(name) #name,
#include "../../preload/track.def"
#define HANDLE(name) #name,
#include "../../preload/handle.def"
};

#define HOOK_COUNT (sizeof(hooks) / sizeof(hooks[0]))

static int hook_find(const char *name)
{
	size_t index;

	for (index = 0; index < HOOK_COUNT; index++)
		if (strcmp(hooks[index], name) == 0)
			return (int)index;
	return -1;
}

/* Names in the manner of "close" and "close@@VERSION" alike. */
Test(library, exports_its_hooks_and_nothing_else)
{
	struct command command;
	char *line, *rest = NULL;
	int seen[HOOK_COUNT] = {0};
	size_t index;

	command_run(&command,
		    COMMAND_LIST("nm", "-D", "--defined-only", "--format=posix",
				 scratch_built("libsocklife.so")),
		    NULL);
	cr_assert_eq(command.status, 0);
	for (line = strtok_r(command.out, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		int found;

		line[strcspn(line, " @")] = '\0';
		found = hook_find(line);
		cr_expect_geq(found, 0, "%s is exported and in no list", line);
		if (found >= 0)
			seen[found]++;
	}
	for (index = 0; index < HOOK_COUNT; index++)
		cr_expect_eq(seen[index], 1, "%s is exported %d times", hooks[index], seen[index]);
	command_release(&command);
}
