/* Hostile surroundings: the program does as bare, and what can be recorded is. */
#include <string.h>
#include <unistd.h>

#include "comparison.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(surroundings);

/* Behind the pid, the only fact that is not the same in every run. */
static const char *results_of(const struct command *command)
{
	const char *line = strchr(command->out, '\n');

	cr_assert_not_null(line, "%s%s", command->out, command->err);
	return line;
}

static void expect_same(const struct command *bare, const struct command *recorded)
{
	cr_expect_eq(bare->status, 0, "%d: %s", bare->status, bare->err);
	cr_expect_eq(recorded->signal_number, 0);
	comparison_expect_same(bare, recorded, true);
	cr_expect_str_eq(results_of(recorded), results_of(bare));
}

/* Under the library alone, since run and its trace stand outside of what the program does. */
static void surroundings_run(struct subject *subject, const char *scenario, bool is_reported)
{
	struct subject_options options = {.way = SUBJECT_BARE};
	const char *const *command = COMMAND_LIST(scratch_subject("surroundings"), scenario);
	struct subject bare;

	subject_run(&bare, &options, command);
	options.way = SUBJECT_PRELOAD;
	options.is_unreported = !is_reported;
	subject_run(subject, &options, command);
	expect_same(&bare.command, &subject->command);
	subject_release(&bare);
}

/* Recorded as anywhere else, except for what needs a call that is refused. */
static void expect_traffic(const struct subject *subject)
{
	const json_t *row = NULL;
	size_t index, found = 0;

	json_array_foreach(json_object_get(subject->report, "sockets"), index, row)
	{
		if (report_number(row, "bytes_sent") != 40)
			continue;
		found++;
		cr_expect(report_is(row, "origin", "connect"), "%s", report_dump(row));
		cr_expect(report_is(row, "end", "closed"), "%s", report_dump(row));
		cr_expect_not(report_is_null(row, "connected"), "%s", report_dump(row));
	}
	cr_expect_eq(found, 1, "%s", report_dump(subject->report));
}

static void expect_recorded(const char *scenario)
{
	struct subject subject;

	surroundings_run(&subject, scenario, true);
	cr_expect_str_eq(subject.command.err, "");
	expect_traffic(&subject);
	subject_release(&subject);
}

/* One line says that nothing is recorded, and nothing else is different. */
static void expect_unrecorded(const char *scenario)
{
	struct subject subject;

	surroundings_run(&subject, scenario, false);
	command_expect_one_line(&subject.command);
	subject_release(&subject);
}

/* A filter that answers with an error: no file can grow then, and the program goes on. */
Test(surroundings, a_filter_that_forbids_our_calls)
{
	expect_unrecorded("forbidden");
}

Test(surroundings, little_address_space)
{
	expect_recorded("little-memory");
}

Test(surroundings, small_files_only)
{
	expect_unrecorded("small-files");
}

/* The file has a descriptor only between two of the program's, and grows all the same. */
Test(surroundings, a_program_at_its_limit_loses_nothing)
{
	struct subject subject;
	const json_t *coverage;

	surroundings_run(&subject, "at-the-limit", true);
	coverage = json_object_get(subject.report, "coverage");
	cr_expect(json_is_true(json_object_get(coverage, "complete")), "%s", report_dump(coverage));
	cr_expect_eq(report_size(subject.report, "sockets"),
		     (size_t)subject_fact(&subject, "opened"));
	subject_release(&subject);
}

/* As many as without us, though the trace's file has one of the numbers until the last is wanted.
 */
Test(surroundings, few_descriptors)
{
	struct subject_options options = {.way = SUBJECT_BARE};
	const char *const *command = COMMAND_LIST(scratch_subject("surroundings"),
						  "few-descriptors");
	struct subject bare, subject;

	subject_run(&bare, &options, command);
	options.way = SUBJECT_PRELOAD;
	subject_run(&subject, &options, command);
	comparison_expect_same(&bare.command, &subject.command, true);
	cr_expect_str_eq(subject.command.err, "");
	cr_expect_eq(subject_fact(&subject, "opened"), subject_fact(&bare, "opened"));
	cr_expect_eq(report_size(subject.report, "sockets"),
		     (size_t)subject_fact(&bare, "opened") + 3, "%s", report_dump(subject.report));
	cr_expect_eq(subject_fact(&subject, "client"), subject_fact(&bare, "client"));
	expect_traffic(&subject);
	subject_release(&subject);
	subject_release(&bare);
}

Test(surroundings, a_small_main_stack)
{
	expect_recorded("small-main-stack");
}

Test(surroundings, threads_with_small_stacks)
{
	expect_recorded("small-stacks");
}

Test(surroundings, cancelled_threads_leave_nothing_behind)
{
	expect_recorded("cancelled");
}

/* Only root may do these three; another user is refused alike, bare and recorded. */
Test(surroundings, another_root_directory)
{
	if (geteuid() != 0)
		expect_recorded("other-root");
	else
		expect_unrecorded("other-root");
}

/* It has no file of its own, and its parent's says so; without the right to chroot it has one. */
Test(surroundings, a_child_in_another_root_directory_is_told)
{
	bool is_root = geteuid() == 0;
	const json_t *coverage;
	struct subject subject;

	surroundings_run(&subject, "child-in-other-root", true);
	coverage = json_object_get(subject.report, "coverage");
	cr_expect_eq(json_is_true(json_object_get(coverage, "complete")), !is_root, "%s",
		     report_dump(coverage));
	cr_expect_eq(report_size(subject.report, "processes"), is_root ? 1 : 2);
	cr_expect_eq(strstr(report_dump(coverage), "a forked child could not open") != NULL,
		     is_root, "%s", report_dump(coverage));
	subject_release(&subject);
}

/* No process of this run has a file, so that nothing but the run itself can tell. */
Test(surroundings, a_program_of_another_user_is_told)
{
	const struct subject_options options = {.way = SUBJECT_RUN};
	bool is_root = geteuid() == 0;
	const json_t *coverage;
	struct subject subject;

	subject_run(&subject, &options,
		    COMMAND_LIST(scratch_subject("surroundings"), "program-of-other-user"));
	cr_expect_eq(subject.command.status, 0, "%s", subject.command.err);
	coverage = json_object_get(subject.report, "coverage");
	cr_expect_eq(json_is_true(json_object_get(coverage, "complete")), !is_root, "%s",
		     report_dump(coverage));
	cr_expect_eq(strstr(report_dump(coverage), "a program could not open a trace") != NULL,
		     is_root, "%s", report_dump(coverage));
	subject_release(&subject);
}

Test(surroundings, another_user)
{
	struct subject subject;

	surroundings_run(&subject, "other-user", false);
	if (subject.command.err_size_bytes != 0)
		command_expect_one_line(&subject.command);
	subject_release(&subject);
}

Test(surroundings, namespaces_of_its_own)
{
	expect_recorded("own-namespaces");
}

/* What is mapped stays mapped: neither a signal nor a line comes of it. */
Test(surroundings, a_trace_directory_that_is_deleted)
{
	struct subject_options options = {
		.way = SUBJECT_RUN,
		.run_options = COMMAND_LIST("-o", "lost"),
		.is_unreported = true,
	};
	const char *const *command = COMMAND_LIST(scratch_subject("surroundings"),
						  "deleted-directory");
	struct subject bare, subject;

	subject_run(&subject, &options, command);
	options.way = SUBJECT_BARE;
	options.run_options = NULL;
	subject_run(&bare, &options, command);
	expect_same(&bare.command, &subject.command);
	subject_release(&subject);
	subject_release(&bare);
}
