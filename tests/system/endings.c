/* However a process ends, the report is whole and says how. */
#include <signal.h>

#include "comparison.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(endings);

static void expect_open(const struct subject *subject, const char *name, int sent, int received)
{
	const json_t *socket = report_fd(subject->report, subject_pid(subject),
					 subject_fact(subject, name), 0);

	cr_assert_not_null(socket, "%s: %s", name, report_dump(subject->report));
	cr_expect(report_is(socket, "end", "exit"), "%s", report_dump(socket));
	cr_expect_eq(report_number(socket, "bytes_sent"), sent);
	cr_expect_eq(report_number(socket, "bytes_received"), received);
	cr_expect_gt(report_size(socket, "opened_at"), 0);
}

/* `has_state`: the process could still read the TCP state. */
static void ending_check(const char *scenario, int status, int signal_number, bool has_state)
{
	struct subject_options options = {.way = SUBJECT_BARE};
	struct subject bare, subject;
	const json_t *process;

	subject_run(&bare, &options, COMMAND_LIST(scratch_subject("endings"), scenario));
	options.way = SUBJECT_RUN;
	subject_run(&subject, &options, COMMAND_LIST(scratch_subject("endings"), scenario));
	cr_expect_eq(bare.command.status, status);
	cr_expect_eq(bare.command.signal_number, signal_number);
	comparison_expect_same(&bare.command, &subject.command, true);
	process = report_process(subject.report, subject_pid(&subject));
	cr_expect(report_is(process, "end", signal_number != 0 ? "signal" : "exit"), "%s",
		  report_dump(process));
	if (signal_number != 0)
		cr_expect_eq(report_number(process, "signal"), signal_number);
	else
		cr_expect_eq(report_number(process, "status"), status);
	cr_expect_not(report_is_null(process, "ended"));
	expect_open(&subject, "client", 10, 4);
	expect_open(&subject, "server", 4, 10);
	if (has_state)
		cr_expect(
			report_is(report_fd(subject.report, 0, subject_fact(&subject, "client"), 0),
				  "tcp_state", "ESTABLISHED"),
			"%s", report_dump(subject.report));
	subject_release(&subject);
	subject_release(&bare);
}

Test(endings, return_from_main)
{
	ending_check("return", 0, 0, true);
}

Test(endings, exit_with_a_status)
{
	ending_check("exit", 7, 0, true);
}

Test(endings, underscore_exit)
{
	ending_check("_exit", 8, 0, true);
}

Test(endings, capital_exit)
{
	ending_check("_Exit", 9, 0, true);
}

Test(endings, quick_exit)
{
	ending_check("quick_exit", 10, 0, true);
}

/* The trace, cut to its size by then, grows again. */
Test(endings, what_is_done_after_the_exit_has_begun_is_not_lost)
{
	struct subject subject;
	const struct subject_options options = {.way = SUBJECT_RUN};

	subject_run(&subject, &options,
		    COMMAND_LIST(scratch_subject("endings"), "quick_exit-later"));
	cr_expect_eq(subject.command.status, 10, "%s", subject.command.err);
	cr_expect_eq(report_sockets_of(subject.report, 0, "socketpair"),
		     2 * (size_t)subject_fact(&subject, "late"));
	cr_expect(json_is_true(
		json_object_get(json_object_get(subject.report, "coverage"), "complete")));
	expect_open(&subject, "client", 10, 4);
	subject_release(&subject);
}

Test(endings, exit_by_system_call)
{
	ending_check("syscall", 11, 0, true);
}

/* How these ended comes from `socklife run`, their parent; a last look they can still take. */
Test(endings, abort)
{
	ending_check("abort", -1, SIGABRT, true);
}

Test(endings, failed_assertion)
{
	ending_check("assert", -1, SIGABRT, true);
}

/* No hook runs on these. */

Test(endings, terminated)
{
	ending_check("terminate", -1, SIGTERM, false);
}

Test(endings, segmentation_fault)
{
	ending_check("fault", -1, SIGSEGV, false);
}

Test(endings, killed)
{
	struct subject_options options = {.way = SUBJECT_RUN};
	struct subject subject;

	ending_check("kill", -1, SIGKILL, false);
	subject_run(&subject, &options, COMMAND_LIST(scratch_subject("endings"), "kill"));
	cr_expect(report_is_null(report_fd(subject.report, 0, subject_fact(&subject, "client"), 0),
				 "tcp_state"),
		  "nobody can have read it");
	subject_release(&subject);
}
