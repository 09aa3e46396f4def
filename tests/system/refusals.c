/* What cannot be recorded: one clear line, the right status, and a program that is none the worse.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../fault/fault_orders.h"
#include "comparison.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(refusals);

/* An ordinary user, for tests that root runs. */
#define NOBODY 65534

static void expect_unharmed(const struct command *bare, const struct command *recorded)
{
	cr_expect_eq(recorded->status, bare->status, "bare %d, recorded %d", bare->status,
		     recorded->status);
	cr_expect_eq(recorded->signal_number, bare->signal_number);
	cr_expect_str_eq(recorded->out, bare->out);
}

Test(refusals, a_static_program_runs_and_is_told)
{
	struct subject_options options = {.way = SUBJECT_BARE};
	struct subject bare, recorded;
	const json_t *coverage;

	subject_run(&bare, &options, COMMAND_LIST(scratch_subject("static_linked")));
	options.way = SUBJECT_RUN;
	subject_run(&recorded, &options, COMMAND_LIST(scratch_subject("static_linked")));
	expect_unharmed(&bare.command, &recorded.command);
	cr_expect_eq(recorded.command.status, 5);
	command_expect_one_line(&recorded.command);
	cr_expect_eq(report_size(recorded.report, "sockets"), 0);
	coverage = json_object_get(recorded.report, "coverage");
	cr_expect(json_is_false(json_object_get(coverage, "complete")), "%s",
		  report_dump(coverage));
	subject_release(&recorded);
	subject_release(&bare);
}

Test(refusals, a_missing_program_is_127)
{
	struct command command;
	struct command_options options = {.directory = scratch_new()};

	command_run(&command,
		    COMMAND_LIST(scratch_built("socklife"), "run", "--", "/nonexistent/program"),
		    &options);
	cr_expect_eq(command.status, 127);
	command_expect_one_line(&command);
	cr_expect_str_eq(command.out, "");
	command_release(&command);
}

Test(refusals, a_program_that_may_not_be_executed_is_126)
{
	struct command command;
	struct command_options options = {.directory = scratch_new()};
	const char *program = scratch_format("%s/program", options.directory);

	scratch_write(program, "#!/bin/true\n", 12);
	command_run(&command, COMMAND_LIST(scratch_built("socklife"), "run", "--", program),
		    &options);
	cr_expect_eq(command.status, 126);
	command_expect_one_line(&command);
	command_release(&command);
}

/* Root makes one of its own; another user takes mount(8), which Debian installs set-user-id root.
 */
static const char *setuid_program(const char *directory)
{
	const char *copy = scratch_format("%s/setuid", directory);

	if (geteuid() != 0)
		return "/usr/bin/mount";
	scratch_copy("/usr/bin/env", copy, 04755);
	return copy;
}

Test(refusals, a_setuid_program_runs_and_is_told)
{
	struct subject_options options = {.way = SUBJECT_BARE};
	struct subject bare, recorded;
	const char *program = setuid_program(scratch_new());

	options.command.user = geteuid() == 0 ? NOBODY : 0;
	subject_run(&bare, &options, COMMAND_LIST(program, "--version"));
	cr_assert_eq(bare.command.status, 0, "%s", bare.command.err);
	options.way = SUBJECT_RUN;
	subject_run(&recorded, &options, COMMAND_LIST(program, "--version"));
	expect_unharmed(&bare.command, &recorded.command);
	command_expect_one_line(&recorded.command);
	cr_expect_eq(report_size(recorded.report, "sockets"), 0);
	subject_release(&recorded);
	subject_release(&bare);
}

static void unwritable_check(const struct subject_options *options, const char *library,
			     const char *trace)
{
	struct subject_options bare_options = *options;
	struct subject bare;
	struct command command;

	bare_options.way = SUBJECT_BARE;
	subject_run(&bare, &bare_options, COMMAND_LIST(scratch_subject("errnos")));
	command_run(&command,
		    COMMAND_LIST("env", scratch_format("LD_PRELOAD=%s", library),
				 scratch_format("SOCKLIFE_TRACE=%s", trace),
				 scratch_subject("errnos")),
		    NULL);
	expect_unharmed(&bare.command, &command);
	command_expect_one_line(&command);
	command_release(&command);
	subject_release(&bare);
}

/* In /proc not even root may make a directory. */
Test(refusals, an_unwritable_directory_for_the_library)
{
	const struct subject_options options = {.way = SUBJECT_BARE};

	unwritable_check(&options, scratch_built("libsocklife.so"), "/proc/trace");
}

/* Asked to record, it starts nothing that it cannot record: the program runs recorded or not at
 * all. */
Test(refusals, an_unwritable_directory_for_run)
{
	struct command command;

	command_run(&command,
		    COMMAND_LIST(scratch_built("socklife"), "run", "-o", "/proc/trace", "--",
				 scratch_subject("errnos")),
		    NULL);
	cr_expect_eq(command.status, 2);
	cr_expect_str_eq(command.out, "");
	command_expect_one_line(&command);
	command_release(&command);
}

/* RLIMIT_FSIZE: growing beyond it would kill the program by SIGXFSZ. */
Test(refusals, a_file_size_limit)
{
	struct subject_options options = {.way = SUBJECT_RUN};
	struct subject subject;
	const json_t *coverage;

	options.command.file_size_limit = 64 * 1024;
	subject_run(&subject, &options, COMMAND_LIST(scratch_subject("churn")));
	cr_expect_eq(subject.command.status, 0, "status %d, signal %d: %s", subject.command.status,
		     subject.command.signal_number, subject.command.err);
	cr_expect_eq(subject_fact(&subject, "connects"), 1200);
	command_expect_one_line(&subject.command);
	coverage = json_object_get(subject.report, "coverage");
	cr_expect(json_is_false(json_object_get(coverage, "complete")), "%s",
		  report_dump(coverage));
	cr_expect_gt(report_number(coverage, "lost_records"), 0);
	subject_release(&subject);
}

/*
 * Runs the subject with its trace on a disk of that size, mounted in a namespace of its own, so
 * that nothing is left behind.
 */
static void small_disk_run(struct command *command, const struct command_options *options,
			   const char *unshare, const char *size)
{
	static const char script[] = "set -e\n"
				     "mkdir disk\n"
				     "mount -t tmpfs -o size=\"$3\" none disk\n"
				     "status=0\n"
				     "\"$1\" run -q -o disk/trace -- \"$2\" || status=$?\n"
				     "\"$1\" report disk/trace --format json >report.json\n"
				     "exit $status\n";

	command_run(command,
		    COMMAND_LIST("unshare", unshare, "sh", "-c", script, "sh",
				 scratch_built("socklife"), scratch_subject("churn"), size),
		    options);
}

/* Where no disk may be mounted, as in a container: the kernel says it of the file's nth growth. */
static void full_disk_feign(struct command *command, struct command_options *options,
			    unsigned int nth, const char *option)
{
	static const char script[] =
		"\"$1\" run \"$3\" -o trace -- \"$2\"; status=$?\n"
		"\"$1\" report trace --format json >report.json && exit $status\n";
	const struct fault_orders orders = {
		.at = nth, .is_lasting = 1, .error = ENOSPC, .only = SYS_fallocate};
	const char *path = scratch_format("%s/orders", options->directory);

	scratch_write(path, &orders, sizeof(orders));
	options->environment = COMMAND_LIST(
		scratch_format("FAULT_ORDERS=%s", path),
		scratch_format("SOCKLIFE_LIBRARY=%s", scratch_built("tests/libsocklife-fault.so")));
	command_run(command,
		    COMMAND_LIST("sh", "-c", script, "sh", scratch_built("socklife"),
				 scratch_subject("churn"), option),
		    options);
}

/* Root has the right to mount, a user has it in a namespace of users of its own, or neither has. */
static const char *unshare_option(void)
{
	static const char *const options[] = {"-m", "-rm"};
	const char *found = NULL;

	for (size_t i = 0; i < 2 && found == NULL; i++) {
		struct command command;

		command_run(&command,
			    COMMAND_LIST("unshare", options[i], "mount", "-t", "tmpfs", "none",
					 scratch_new()),
			    NULL);
		found = command.status == 0 ? options[i] : NULL;
		command_release(&command);
	}
	return found;
}

/* Runs the subject with its trace on a disk of that size, and returns the report. */
static json_t *full_disk_run(const char *size, unsigned int nth)
{
	struct command_options options = {.directory = scratch_new()};
	const char *unshare = unshare_option();
	struct command command;
	json_t *report;

	if (unshare != NULL)
		small_disk_run(&command, &options, unshare, size);
	else
		full_disk_feign(&command, &options, nth, "-q");
	cr_expect_eq(command.status, 0, "status %d: %s", command.status, command.err);
	cr_expect_not_null(strstr(command.out, "connects=1200\n"), "%s", command.out);
	command_expect_one_line(&command);
	command_release(&command);
	report = json_load_file(scratch_format("%s/report.json", options.directory), 0, NULL);
	cr_assert_not_null(report);
	return report;
}

static void expect_incomplete(const json_t *report)
{
	const json_t *coverage = json_object_get(report, "coverage");

	cr_expect(json_is_false(json_object_get(coverage, "complete")), "%s",
		  report_dump(coverage));
}

Test(refusals, a_disk_that_fills_up)
{
	json_t *report = full_disk_run("512k", 2);

	expect_incomplete(report);
	cr_expect_gt(report_number(json_object_get(report, "coverage"), "lost_records"), 0);
	cr_expect_gt(report_size(report, "sockets"), 0, "what fitted is there");
	json_decref(report);
}

/* Room for what `socklife run` itself writes and no more. */
Test(refusals, a_disk_that_is_full_from_the_start)
{
	json_t *report = full_disk_run("16k", 1);

	expect_incomplete(report);
	json_decref(report);
}

/* The library has said it, on the stderr that the report goes to. */
Test(refusals, a_disk_that_is_full_is_told_once)
{
	struct command_options options = {.directory = scratch_new()};
	struct command command;

	full_disk_feign(&command, &options, 1, "--format=text");
	cr_expect_eq(command.status, 0, "status %d: %s", command.status, command.err);
	command_expect_one_line(&command);
	cr_expect_not_null(strstr(command.err, "ENOSPC"), "%s", command.err);
	command_release(&command);
}
