/* Snapshots: marked by a signal, by a count, by EMFILE; and what a report on one says. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(entry_snapshots);

static void snapshots_record(struct subject *subject, const char *setting, const char *scenario)
{
	const char *option = scratch_format("SOCKLIFE_OPTIONS=%s", setting);
	const struct subject_options options = {.way = SUBJECT_RUN,
						.command.environment = COMMAND_LIST(option)};

	subject_run(subject, &options, COMMAND_LIST(scratch_subject("entry_snapshots"), scenario));
	cr_assert_eq(subject->command.status, 0, "%s", subject->command.err);
}

static const json_t *snapshot_at(const struct subject *subject, size_t index)
{
	const json_t *snapshot = json_array_get(json_object_get(subject->report, "snapshots"),
						index);

	cr_assert_not_null(snapshot, "%s", report_dump(subject->report));
	return snapshot;
}

static json_t *report_at(const struct subject *subject, const char *at)
{
	struct command command;
	json_t *report;

	command_run(&command,
		    COMMAND_LIST(scratch_built("socklife"), "report", "--format", "json", "--at",
				 at, subject->trace),
		    NULL);
	cr_assert_eq(command.status, 0, "%s", command.err);
	report = json_loads(command.out, 0, NULL);
	cr_assert_not_null(report, "%s", command.out);
	command_release(&command);
	return report;
}

static void expect_held(const struct subject *subject, const char *at, const char *end, int sent,
			size_t sockets)
{
	json_t *report = report_at(subject, at);
	const json_t *held = report_local(report, 0, subject_fact_text(subject, "held_local"));

	cr_expect_eq(report_number(held, "bytes_sent"), sent, "%s", report_dump(held));
	if (end == NULL)
		cr_expect(report_is_null(held, "end"), "%s", report_dump(held));
	else
		cr_expect(report_is(held, "end", end), "%s", report_dump(held));
	cr_expect_eq(report_size(report, "sockets"), sockets);
	json_decref(report);
}

/* 1: the listener, two that are closed, two that are open. 2: two more, two more closed. */
Test(entry_snapshots, a_signal_marks_what_is_held)
{
	struct subject subject;

	snapshots_record(&subject, "dump_signal=USR2", "by-signal");
	cr_expect_eq(report_size(subject.report, "snapshots"), 2);
	cr_expect(report_is(snapshot_at(&subject, 0), "reason", "signal"));
	cr_expect_eq(report_number(snapshot_at(&subject, 0), "value"), SIGUSR2);
	cr_expect_eq(report_number(snapshot_at(&subject, 0), "sockets"), 3);
	cr_expect_eq(report_number(snapshot_at(&subject, 1), "sockets"), 3);
	expect_held(&subject, "1", NULL, 100, 5);
	expect_held(&subject, "2", "closed", 1000, 7);
	expect_held(&subject, "1000s", "closed", 1000, 7);
	subject_release(&subject);
}

Test(entry_snapshots, the_programs_own_handler_comes_first)
{
	struct subject subject;
	const json_t *coverage, *notes;

	snapshots_record(&subject, "dump_signal=USR2", "own-handler");
	cr_expect_eq(report_size(subject.report, "snapshots"), 0);
	coverage = json_object_get(subject.report, "coverage");
	notes = json_object_get(coverage, "notes");
	cr_expect(json_is_true(json_object_get(coverage, "complete")));
	cr_assert_eq(json_array_size(notes), 1, "%s", report_dump(coverage));
	cr_expect_not_null(strstr(json_string_value(json_array_get(notes, 0)), "dump_signal"));
	subject_release(&subject);
}

/* The listener is the first of ten; then twenty, then forty. */
Test(entry_snapshots, a_count_marks_and_each_doubling)
{
	struct subject subject;

	snapshots_record(&subject, "dump_at=10", "by-count");
	cr_expect_eq(report_size(subject.report, "snapshots"), 3);
	for (size_t i = 0; i < 3; i++) {
		cr_expect(report_is(snapshot_at(&subject, i), "reason", "count"));
		cr_expect_eq(report_number(snapshot_at(&subject, i), "value"), 10 << i);
		cr_expect_eq(report_number(snapshot_at(&subject, i), "sockets"), 10 << i);
		cr_expect_geq(report_frame_depth(snapshot_at(&subject, i), "at", "by_count"), 0,
			      "%s", report_dump(snapshot_at(&subject, i)));
	}
	subject_release(&subject);
}

/* It is tried twice, and told once. */
Test(entry_snapshots, the_end_of_descriptors_marks)
{
	struct subject subject;

	snapshots_record(&subject, "dump_at=EMFILE", "by-limit");
	cr_expect_eq(report_size(subject.report, "snapshots"), 1);
	cr_expect(report_is(snapshot_at(&subject, 0), "reason", "errno"));
	cr_expect_eq(report_number(snapshot_at(&subject, 0), "value"), EMFILE);
	cr_expect_eq(report_number(snapshot_at(&subject, 0), "sockets"),
		     subject_fact(&subject, "count") + 1);
	subject_release(&subject);
}

Test(entry_snapshots, one_that_is_not_there_is_an_error)
{
	struct subject subject;
	struct command command;

	snapshots_record(&subject, "dump_at=10", "by-count");
	command_run(&command,
		    COMMAND_LIST(scratch_built("socklife"), "report", "--at", "4", subject.trace),
		    NULL);
	cr_expect_eq(command.status, 2);
	command_expect_one_line(&command);
	command_release(&command);
	subject_release(&subject);
}

/* The ledger is held against the kernel at a snapshot, too. */
Test(entry_snapshots, what_no_hook_saw_is_told)
{
	const struct subject_options options = {
		.way = SUBJECT_RUN,
		.command.environment = COMMAND_LIST("SOCKLIFE_OPTIONS=dump_signal=USR2")};
	struct subject subject;
	const json_t *held, *closed, *notes;

	subject_run(&subject, &options, COMMAND_LIST(scratch_subject("entry_snapshots"), "unseen"));
	cr_expect_eq(subject.command.signal_number, SIGKILL);
	closed = report_local(subject.report, 0, subject_fact_text(&subject, "closed_local"));
	cr_expect(report_is(closed, "end", "vanished"), "%s", report_dump(closed));
	held = report_local(subject.report, 0, subject_fact_text(&subject, "held_local"));
	cr_expect_eq(report_number(held, "bytes_sent"), 15, "%s", report_dump(held));
	notes = json_object_get(json_object_get(subject.report, "coverage"), "notes");
	cr_assert_eq(json_array_size(notes), 2, "%s", report_dump(notes));
	cr_expect_not_null(
		strstr(json_string_value(json_array_get(notes, 0)), "15 bytes sent on socket"));
	cr_expect_not_null(strstr(json_string_value(json_array_get(notes, 1)),
				  "1 socket was closed by a way"));
	subject_release(&subject);
}
