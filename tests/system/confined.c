/* Programs under a seccomp filter of their own: never killed for us, and recorded as far as can be.
 */
#include <string.h>

#include "comparison.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"
#include "subject.h"

FIXTURE_SUITE(confined);

static void confined_run(struct subject *subject, const char *scenario)
{
	struct subject_options options = {.way = SUBJECT_BARE};
	struct subject bare;

	subject_run(&bare, &options, COMMAND_LIST(scratch_subject("confined"), scenario));
	options.way = SUBJECT_RUN;
	subject_run(subject, &options, COMMAND_LIST(scratch_subject("confined"), scenario));
	comparison_expect_same(&bare.command, &subject->command, true);
	subject_release(&bare);
}

static void expect_traffic(const struct subject *subject, const char *fact, int sent)
{
	const json_t *sockets = json_object_get(subject->report, "sockets");
	size_t index, found = 0;
	json_t *row;

	json_array_foreach(sockets, index, row)
	{
		if (report_number(row, "bytes_sent") != sent)
			continue;
		found++;
		cr_expect_eq(report_number(row, "fd"), subject_fact(subject, fact));
		cr_expect(report_is(row, "origin", "connect"), "%s", report_dump(row));
		cr_expect(report_is(row, "end", "closed"), "%s", report_dump(row));
		cr_expect_not(report_is_null(row, "connected"), "%s", report_dump(row));
	}
	cr_expect_eq(found, 1, "%s", report_dump(sockets));
}

static bool has_note(const struct subject *subject, const char *words)
{
	const json_t *coverage = json_object_get(subject->report, "coverage");
	size_t index;
	json_t *note;

	json_array_foreach(json_object_get(coverage, "notes"), index, note)
	{
		if (strstr(json_string_value(note), words) != NULL)
			return true;
	}
	return false;
}

static void expect_confined(const char *scenario)
{
	struct subject subject;

	confined_run(&subject, scenario);
	cr_expect_eq(subject.command.status, 0, "%s", subject.command.err);
	expect_traffic(&subject, "before", 40);
	expect_traffic(&subject, "after", 41);
	cr_expect(has_note(&subject, "seccomp"), "%s", report_dump(subject.report));
	cr_expect(json_is_true(
		json_object_get(json_object_get(subject.report, "coverage"), "complete")));
	subject_release(&subject);
}

Test(confined, a_filter_that_kills_for_our_calls)
{
	expect_confined("killed-for");
}

Test(confined, a_filter_that_is_put_by_number)
{
	expect_confined("by-number");
}

Test(confined, a_filter_of_a_forked_child)
{
	struct subject subject;

	confined_run(&subject, "forked");
	cr_expect_eq(subject_fact(&subject, "status"), 7 << 8);
	expect_traffic(&subject, "before", 40);
	subject_release(&subject);
}

/* A filter that came along is known to nobody in the new image, which is left alone, and named. */
Test(confined, a_program_that_inherits_the_filter)
{
	struct subject subject;

	confined_run(&subject, "became");
	cr_expect_eq(subject.command.status, 0, "%s", subject.command.err);
	expect_traffic(&subject, "before", 40);
	cr_expect_not(json_is_true(
		json_object_get(json_object_get(subject.report, "coverage"), "complete")));
	cr_expect(has_note(&subject, "a program was started that could not be recorded"), "%s",
		  report_dump(subject.report));
	subject_release(&subject);
}

Test(confined, the_strict_mode)
{
	struct subject subject;
	const json_t *client;

	confined_run(&subject, "strict");
	cr_expect_eq(subject.command.status, 6, "%d %s", subject.command.signal_number,
		     subject.command.err);
	client = report_fd(subject.report, 0, subject_fact(&subject, "before"), 0);
	cr_expect_eq(report_number(client, "bytes_sent"), 1, "%s", report_dump(client));
	subject_release(&subject);
}

Test(confined, a_program_that_may_not_read_the_counter_of_time)
{
	struct subject subject;

	confined_run(&subject, "without-counter");
	cr_expect_eq(subject.command.status, 0, "%d", subject.command.signal_number);
	expect_traffic(&subject, "before", 40);
	expect_traffic(&subject, "after", 41);
	subject_release(&subject);
}

/* The kernel is the witness: a filter that is read wrongly kills, or keeps the cookie from us. */
Test(confined, filters_are_read_as_the_kernel_reads_them)
{
	enum { WAYS = 12 };
	struct subject subject;
	size_t index, with_cookie = 0, pairs = 0;
	json_t *socket;

	confined_run(&subject, "computed");
	cr_expect_null(strstr(subject.command.out, "forbidden=31"), "%s", subject.command.out);
	json_array_foreach(json_object_get(subject.report, "sockets"), index, socket)
	{
		if (!report_is(socket, "origin", "socketpair"))
			continue;
		pairs++;
		with_cookie += !report_is_null(socket, "cookie") &&
			       report_number(socket, "cookie") != 0;
		cr_expect(report_is(socket, "end", "closed"), "%s", report_dump(socket));
	}
	cr_expect_eq(pairs, 4 * WAYS, "%zu", pairs);
	/* one of the ways is none */
	cr_expect_eq(with_cookie, 2 * WAYS + 2, "%zu", with_cookie);
	subject_release(&subject);
}
