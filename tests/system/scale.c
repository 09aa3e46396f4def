/* Large traces: memory that grows with the sockets and no faster, many files, and the bar. */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "fixture.h"
#include "generated_trace.h"
#include "scratch.h"
#include "subject.h"

#define SOCKETS      200000u
#define SOCKET_BYTES 400u /* of memory, with its share of links, objects and what sums it up */
#define OTHER_BYTES  (24u << 20) /* libraries' data, buffers, stacks */
#define BAR_LABEL    "socklife: reporting ["
#define BAR_ERASE    "\r\033[K"

extern char **environ;

FIXTURE_SUITE(scale);

static const char *generate(uint32_t sockets, uint32_t processes, bool is_random,
			    struct generated_totals *totals)
{
	const struct generated_trace trace = {.sockets = sockets,
					      .objects = sockets / 10,
					      .processes = processes,
					      .is_random = is_random};
	const char *directory = scratch_new();

	cr_assert(generated_trace_write(&trace, directory, totals));
	return directory;
}

/*
 * RLIMIT_DATA counts private writable memory, and not the mapped trace (getrlimit(2)). The address
 * sanitizer's shadow is terabytes of it: sanitized reports run without a limit.
 */
static void report_within(struct command *command, const char *trace, const char *format,
			  unsigned long limit_bytes)
{
	const char *limit = getenv("SOCKLIFE_SAN") != NULL
				    ? "--data=unlimited"
				    : scratch_format("--data=%lu", limit_bytes);

	command_run(command,
		    COMMAND_LIST("prlimit", limit, "--", scratch_built("socklife"), "report", trace,
				 "-o", "/dev/null", "--format", format),
		    NULL);
}

static void expect_bounded(const char *format, bool is_random)
{
	struct generated_totals totals;
	const char *trace = generate(SOCKETS, 1, is_random, &totals);
	struct command command;

	report_within(&command, trace, format, (unsigned long)SOCKETS * SOCKET_BYTES + OTHER_BYTES);
	cr_expect_eq(command.status, 0, "%s", command.err);
	cr_expect_str_empty(command.err, "stderr is no terminal: %s", command.err);
	command_release(&command);
}

Test(scale, reports_as_text_in_memory_that_is_bounded_by_the_sockets)
{
	expect_bounded("text", false);
}

Test(scale, reports_as_json_without_the_document_in_memory)
{
	expect_bounded("json", false);
}

Test(scale, needs_no_more_memory_for_records_in_no_order)
{
	expect_bounded("text", true);
}

#ifndef __SANITIZE_ADDRESS__ /* see report_within() */
Test(scale, says_in_one_line_that_memory_ran_out)
{
	struct generated_totals totals;
	const char *trace = generate(SOCKETS, 1, false, &totals);
	struct command command;

	report_within(&command, trace, "text", OTHER_BYTES);
	cr_expect_eq(command.status, 2);
	cr_expect_not_null(strstr(command.err, "out of memory"), "%s", command.err);
	command_expect_one_line(&command);
	command_release(&command);
}
#endif

static uint64_t total(const json_t *report, const char *key)
{
	return (uint64_t)json_integer_value(
		json_object_get(json_object_get(report, "totals"), key));
}

static void expect_ids(const json_t *rows, char letter, size_t count)
{
	char id[24];

	cr_assert_eq(json_array_size(rows), count);
	for (size_t i = 0; i < count; i++) {
		snprintf(id, sizeof(id), "%c%zu", letter, i + 1);
		cr_assert_str_eq(json_string_value(json_object_get(json_array_get(rows, i), "id")),
				 id);
	}
}

Test(scale, merges_the_traces_of_a_thousand_processes)
{
	struct generated_totals totals;
	const char *trace = generate(5000, 1000, true, &totals);
	json_t *report = subject_report_load(trace);
	json_t *sockets = json_object_get(report, "sockets");
	size_t index;
	json_t *row;

	expect_ids(json_object_get(report, "processes"), 'p', 1000);
	expect_ids(sockets, 's', 5000);
	cr_expect_eq(total(report, "sockets"), totals.sockets);
	cr_expect_eq(total(report, "connections"), totals.connections);
	cr_expect_eq(total(report, "open_at_end"), totals.open_at_end);
	cr_expect_eq(total(report, "bytes_sent"), totals.bytes_sent);
	cr_expect_eq(total(report, "bytes_received"), totals.bytes_received);
	json_array_foreach(sockets, index, row)
	{
		const char *process = json_string_value(json_object_get(row, "process"));

		cr_assert_eq(atol(process + 1), (long)index / 5 + 1, "five each, in their order");
	}
	json_decref(report);
}

/* ---- the bar ---- */

struct terminal_run {
	int terminal, out; /* to read from */
	pid_t pid;
	char shown[1 << 16];
	size_t shown_bytes;
};

/* stdout is a pipe that nobody empties at first: the report waits there for as long as it takes. */
static void run_start(struct terminal_run *run, const char *trace, const char *term)
{
	const char *const argv[] = {
		"env", term, scratch_built("socklife"), "report", trace, "--format", "json", NULL};
	posix_spawn_file_actions_t actions;
	int ends[2];

	memset(run, 0, sizeof(*run));
	run->terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	cr_assert(run->terminal >= 0 && grantpt(run->terminal) == 0 &&
		  unlockpt(run->terminal) == 0);
	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	run->out = ends[0];
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, ptsname(run->terminal),
					 O_RDWR | O_NOCTTY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	cr_assert_eq(
		posix_spawnp(&run->pid, "env", &actions, NULL, (char **)(uintptr_t)argv, environ),
		0);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
}

static void run_read_terminal(struct terminal_run *run)
{
	ssize_t count = read(run->terminal, run->shown + run->shown_bytes,
			     sizeof(run->shown) - 1 - run->shown_bytes);

	if (count > 0)
		run->shown_bytes += (size_t)count;
	run->shown[run->shown_bytes] = '\0';
}

static bool run_shows(struct terminal_run *run, const char *text, int timeout_ms)
{
	struct pollfd waiting = {.fd = run->terminal, .events = POLLIN};

	while (strstr(run->shown, text) == NULL && poll(&waiting, 1, timeout_ms) == 1 &&
	       (waiting.revents & POLLIN) != 0)
		run_read_terminal(run);
	return strstr(run->shown, text) != NULL;
}

/* Takes what is written to both ends until the report has ended. */
static int run_finish(struct terminal_run *run)
{
	static char taken[1 << 16];
	struct pollfd waiting[] = {{.fd = run->out, .events = POLLIN},
				   {.fd = run->terminal, .events = POLLIN}};
	bool has_out = true;
	int status;

	while (has_out && poll(waiting, 2, COMMAND_DEADLINE_S * 1000) > 0) {
		if ((waiting[1].revents & POLLIN) != 0)
			run_read_terminal(run);
		if (waiting[0].revents != 0)
			has_out = read(run->out, taken, sizeof(taken)) > 0;
	}
	while (poll(&waiting[1], 1, 0) == 1 && (waiting[1].revents & POLLIN) != 0)
		run_read_terminal(run);
	cr_assert_eq(waitpid(run->pid, &status, 0), run->pid);
	close(run->out);
	close(run->terminal);
	return status;
}

Test(scale, shows_a_bar_on_a_terminal_and_takes_it_away)
{
	struct generated_totals totals;
	const char *trace = generate(1000, 1, false, &totals);
	struct terminal_run run;

	run_start(&run, trace, "TERM=xterm");
	cr_expect(run_shows(&run, BAR_LABEL, COMMAND_DEADLINE_S * 1000), "%s", run.shown);
	cr_expect_eq(run_finish(&run), 0);
	cr_assert_geq(run.shown_bytes, strlen(BAR_ERASE));
	cr_expect_str_eq(run.shown + run.shown_bytes - strlen(BAR_ERASE), BAR_ERASE);
}

Test(scale, shows_no_bar_where_it_could_not_be_taken_away)
{
	struct generated_totals totals;
	const char *trace = generate(1000, 1, false, &totals);
	struct terminal_run run;

	run_start(&run, trace, "TERM=dumb");
	cr_expect_not(run_shows(&run, BAR_LABEL, 2000));
	cr_expect_eq(run_finish(&run), 0);
	cr_expect_str_empty(run.shown);
}
