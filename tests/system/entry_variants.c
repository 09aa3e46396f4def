/* Each variant of an entry point: the program does as bare, and the report says what it did. */
#include <stdio.h>
#include <string.h>

#include "comparison.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(entry_variants);

static const json_t *socket_of(const json_t *report, long long pid, long long cookie)
{
	json_t *row, *process;
	size_t index;

	json_array_foreach(json_object_get(report, "sockets"), index, row)
	{
		process = report_row(report, "processes", "id", report_text(row, "process"));
		if (report_number(process, "pid") == pid && !report_is_null(row, "cookie") &&
		    report_number(row, "cookie") == cookie)
			return row;
	}
	return NULL;
}

/* A line of the program's own; a socket of which it tells twice is held to both. */
static size_t truths_check(const struct subject *subject)
{
	size_t count = 0;

	for (const char *at = subject->command.out; (at = strstr(at, "truth=")) != NULL; at++) {
		long long pid, cookie, sent, received;
		char end[16];
		const json_t *socket;

		cr_assert_eq(sscanf(at, "truth=%lld %lld %15s %lld %lld", &pid, &cookie, end, &sent,
				    &received),
			     5, "%s", at);
		socket = socket_of(subject->report, pid, cookie);
		cr_assert_not_null(socket, "no %.60s in %s", at, report_dump(subject->report));
		cr_expect(report_is(socket, "end", end), "%s: %s", end, report_dump(socket));
		cr_expect_eq(report_number(socket, "bytes_sent"), sent, "%lld: %s", sent,
			     report_dump(socket));
		cr_expect_eq(report_number(socket, "bytes_received"), received, "%lld: %s",
			     received, report_dump(socket));
		count++;
	}
	return count;
}

static size_t lines_of(const char *text, const char *from)
{
	size_t count = 0;

	for (; (text = strstr(text, from)) != NULL; text++)
		count++;
	return count;
}

/* Lines without a number of this run's. */
static void expect_results(const char *bare, const char *recorded)
{
	bare = strstr(bare, ": ");
	recorded = strstr(recorded, ": ");
	cr_assert(bare != NULL && recorded != NULL);
	for (const char *at = bare; *at != '\0' && strncmp(at, "truth", 5) != 0; at++)
		cr_assert_eq(*at, recorded[at - bare], "bare:\n%s\nrecorded:\n%s", bare, recorded);
}

static void variant_check(const char *program, const char *name, const char *kind)
{
	struct subject_options options = {.way = SUBJECT_BARE};
	const char *const *argv = COMMAND_LIST(scratch_subject(program), name, kind);
	struct subject bare, subject;

	subject_run(&bare, &options, argv);
	cr_assert_eq(bare.command.status, 0, "%s: %s", name, bare.command.err);
	options.way = SUBJECT_RUN;
	subject_run(&subject, &options, argv);
	comparison_expect_same(&bare.command, &subject.command, true);
	cr_expect_eq(lines_of(bare.command.out, "\n"), lines_of(subject.command.out, "\n"));
	cr_expect_gt(truths_check(&subject), 0, "%s", subject.command.out);
	if (strcmp(program, "entry_failing") == 0)
		expect_results(bare.command.out, subject.command.out);
	cr_expect(json_is_true(
			  json_object_get(json_object_get(subject.report, "coverage"), "complete")),
		  "%s", report_dump(json_object_get(subject.report, "coverage")));
	subject_release(&subject);
	subject_release(&bare);
}

#define VARIANT(name)                                                                              \
	Test(entry_variants, name##_of_a_stream)                                                   \
	{                                                                                          \
		variant_check("entry_variants", #name, "stream");                                  \
	}                                                                                          \
	Test(entry_variants, name##_of_a_datagram)                                                 \
	{                                                                                          \
		variant_check("entry_variants", #name, "datagram");                                \
	}
#define FAILING(name)                                                                              \
	Test(entry_variants, failing_##name##_beside_a_stream)                                     \
	{                                                                                          \
		variant_check("entry_failing", #name, "stream");                                   \
	}                                                                                          \
	Test(entry_variants, failing_##name##_beside_a_datagram)                                   \
	{                                                                                          \
		variant_check("entry_failing", #name, "datagram");                                 \
	}
#include "entry_variants.def"
