/* Hooks in signal handlers: no deadlock, no loss, and nothing left behind by a longjmp. */
#include <signal.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(safety_signals);

/* How many of the sockets that had this peer were closed with so many bytes sent. */
static long long closed_with(const json_t *report, long long port, long long bytes)
{
	const char *peer = scratch_format("127.0.0.1:%lld", port);
	long long count = 0;
	const json_t *row;
	size_t index;

	json_array_foreach(json_object_get(report, "sockets"), index, row)
	{
		if (report_is_null(row, "peer") || !report_is(row, "peer", peer) ||
		    !report_is(row, "origin", "connect"))
			continue;
		cr_expect(report_is(row, "end", "closed") &&
				  report_number(row, "bytes_sent") == bytes,
			  "%s", report_dump(row));
		count++;
	}
	return count;
}

static bool is_complete(const json_t *report)
{
	return json_is_true(json_object_get(json_object_get(report, "coverage"), "complete"));
}

static void expect_handlers_counted(const char *scenario)
{
	struct subject subject;

	subject_record(&subject, "safety_signals", scenario);
	cr_expect_eq(closed_with(subject.report, subject_fact(&subject, "threads_port"), 3),
		     subject_fact(&subject, "connects"));
	cr_expect_eq(closed_with(subject.report, subject_fact(&subject, "handlers_port"), 5),
		     subject_fact(&subject, "handled"));
	cr_expect_gt(subject_fact(&subject, "handled"), 100);
	cr_expect(is_complete(subject.report), "%s",
		  report_dump(json_object_get(subject.report, "coverage")));
	subject_release(&subject);
}

Test(safety_signals, sockets_of_a_handler_are_counted_exactly)
{
	expect_handlers_counted("handlers");
}

Test(safety_signals, a_handler_may_have_a_small_stack_of_its_own)
{
	expect_handlers_counted("alternate_stack");
}

Test(safety_signals, a_jump_out_of_a_handler_leaves_nothing_behind)
{
	struct subject subject;

	subject_record(&subject, "safety_signals", "jumps");
	cr_expect_gt(subject_fact(&subject, "jumps"), 50);
	cr_expect_eq(closed_with(subject.report, subject_fact(&subject, "port"), 7),
		     subject_fact(&subject, "connects"));
	subject_release(&subject);
}

/* Loading the unwinder there would take locks that the handler may have interrupted. */
Test(safety_signals, the_first_socket_may_be_a_handlers)
{
	struct subject_options options = {.way = SUBJECT_RUN};
	struct subject subject, peer;

	subject_start(&peer, &(struct subject_options){.way = SUBJECT_BARE},
		      COMMAND_LIST(scratch_subject("safety_peer")));
	command_await(&peer.command, "port=");
	options.command.environment =
		COMMAND_LIST(scratch_format("PEER_PORT=%lld", subject_fact(&peer, "port")));
	subject_run(&subject, &options,
		    COMMAND_LIST(scratch_subject("safety_signals"), "first_in_handler"));
	cr_assert_eq(subject.command.status, 0, "%s", subject.command.err);
	cr_expect_eq(report_count(subject.report, "sockets", "end", "closed"),
		     (size_t)subject_fact(&subject, "handled") + 1);
	command_stop(&peer.command, SIGTERM);
	subject_release(&peer);
	subject_release(&subject);
}

/*
 * Children that a handler forks in the middle of a hook go on with that hook: they must come to
 * their end, and the parent's records must be its own.
 */
Test(safety_signals, a_handler_may_fork)
{
	struct subject subject;
	long long parent;

	subject_record(&subject, "safety_signals", "forks");
	parent = subject_pid(&subject);
	cr_expect_eq(subject_fact(&subject, "failures"), 0, "%s", subject.command.err);
	cr_expect_str_eq(report_text(report_process(subject.report, parent), "end"), "exit");
	cr_expect_geq(report_count(subject.report, "processes", "end", "exit"),
		      (size_t)subject_fact(&subject, "handled"));
	subject_release(&subject);
}
