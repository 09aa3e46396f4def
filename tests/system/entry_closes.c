/* Ways a socket loses its descriptors. */
#include <string.h>

#include "command.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(entry_closes);

static const json_t *client_of(const struct subject *subject, long long pid, const char *name)
{
	return report_local(subject->report, pid,
			    subject_fact_text(subject, scratch_format("%s_local", name)));
}

static void expect_end(const json_t *socket, const char *end, int sent)
{
	cr_expect(report_is(socket, "end", end), "%s", report_dump(socket));
	cr_expect_eq(report_number(socket, "bytes_sent"), sent, "%s", report_dump(socket));
}

Test(entry_closes, a_chain_of_dups_is_one_lifetime)
{
	struct subject subject;
	const json_t *client;

	subject_record(&subject, "entry_closes", "dup-chain");
	client = client_of(&subject, 0, "client");
	expect_end(client, "closed", 50);
	cr_expect_eq(report_number(client, "sends"), 5);
	/* the listener and the server's side stay */
	cr_expect_eq(report_size(subject.report, "sockets"), 3);
	subject_release(&subject);
}

/* Where a number had a file between its two closes, the second is no socket's. */
Test(entry_closes, a_second_close_is_an_event_of_the_socket)
{
	struct subject subject;
	struct command dump;
	const char *event;

	subject_record(&subject, "entry_closes", "closed-again");
	expect_end(client_of(&subject, 0, "client"), "closed", 0);
	expect_end(client_of(&subject, 0, "other"), "closed", 0);
	command_run(&dump, COMMAND_LIST(scratch_built("socklife"), "dump", subject.trace), NULL);
	event = strstr(dump.out, "what=closed-again");
	/* the file took the first number too, but had it still */
	cr_assert_not_null(event, "%s", dump.out);
	cr_expect_not_null(
		strstr(event, scratch_format(" fd=%lld value=9", subject_fact(&subject, "client"))),
		"%s", event);
	cr_expect_null(strstr(event + 1, "what=closed-again"), "%s", event);
	cr_expect_null(strstr(event, "stack=0\n"), "where it happened: %s", event);
	command_release(&dump);
	subject_release(&subject);
}

Test(entry_closes, exec_ends_what_every_way_of_marking_marks)
{
	struct subject subject;
	long long pid;
	size_t count;

	subject_record(&subject, "entry_closes", "cloexec-exec");
	pid = subject_pid(&subject);
	count = report_sockets_of(subject.report, pid, "connect");
	cr_expect_eq(count, 5);
	expect_end(report_fd(subject.report, pid, subject_fact(&subject, "by_ioctl"), 0), "exec",
		   0);
	expect_end(report_fd(subject.report, pid, subject_fact(&subject, "by_fcntl"), 0), "exec",
		   0);
	expect_end(report_fd(subject.report, pid, subject_fact(&subject, "taken_back"), 0),
		   "passed", 0);
	expect_end(report_fd(subject.report, pid, subject_fact(&subject, "kept_by_dup"), 0),
		   "passed", 0);
	subject_release(&subject);
}

/* The number's next owner gets nothing of what the blocked call still does. */
Test(entry_closes, a_close_while_another_thread_receives)
{
	struct subject subject;
	const json_t *next;

	subject_record(&subject, "entry_closes", "closed-while-blocked");
	expect_end(client_of(&subject, 0, "client"), "closed", 0);
	next = report_fd(subject.report, 0, subject_fact(&subject, "client"), 1);
	cr_assert_not_null(next, "%s", report_dump(subject.report));
	cr_expect(report_is(next, "type", "dgram"));
	cr_expect(report_is_null(next, "peer_closed"), "%s", report_dump(next));
	subject_release(&subject);
}

/* Thread N moves N bytes on each of its sockets. */
Test(entry_closes, numbers_that_go_from_thread_to_thread)
{
	struct subject subject;
	long long rounds, threads;
	const json_t *sockets;
	size_t counts[9] = {0}, index;
	json_t *socket;

	subject_record(&subject, "entry_closes", "reuse");
	rounds = subject_fact(&subject, "rounds");
	threads = subject_fact(&subject, "threads");
	cr_assert_eq(threads, 8);
	sockets = json_object_get(subject.report, "sockets");
	json_array_foreach(sockets, index, socket)
	{
		long long sent = report_number(socket, "bytes_sent");
		long long received = report_number(socket, "bytes_received");

		if (!report_is(socket, "origin", "socketpair"))
			continue;
		cr_assert(report_is(socket, "end", "closed"), "%s", report_dump(socket));
		cr_assert((sent == 0) != (received == 0), "%s", report_dump(socket));
		cr_assert_leq(sent + received, threads);
		counts[sent + received]++;
	}
	for (index = 1; index <= (size_t)threads; index++)
		cr_expect_eq(counts[index], 2 * (size_t)rounds, "%zu of size %zu", counts[index],
			     index);
	subject_release(&subject);
}

Test(entry_closes, a_fork_without_exec_among_threads)
{
	struct subject subject;
	const json_t *inherited;
	long long child;

	subject_record(&subject, "entry_closes", "forked-with-threads");
	child = subject_fact(&subject, "child");
	expect_end(client_of(&subject, subject_pid(&subject), "client"), "closed", 7);
	inherited = client_of(&subject, child, "client");
	expect_end(inherited, "closed", 5);
	cr_expect(report_is(inherited, "origin", "inherited"));
	cr_expect_eq(report_sockets_of(subject.report, child, "connect"), 1);
	expect_end(report_fd(subject.report, child, report_number(inherited, "fd"), 1), "closed",
		   6);
	subject_release(&subject);
}

/* Three images: the program, the one that daemon() leaves behind, and the daemon. */
Test(entry_closes, a_daemon_that_sweeps_its_descriptors)
{
	struct subject subject;
	const json_t *processes, *daemon_process;
	size_t index;

	subject_record(&subject, "entry_closes", "daemon-sweeps");
	expect_end(client_of(&subject, subject_pid(&subject), "client"), "closed", 8);
	processes = json_object_get(subject.report, "processes");
	cr_assert_eq(json_array_size(processes), 3, "%s", report_dump(processes));
	for (index = 0; index < 3; index++)
		cr_expect(report_is(json_array_get(processes, index), "end", "exit"), "%s",
			  report_dump(processes));
	daemon_process = json_array_get(processes, 2);
	cr_expect_eq(report_sockets_of(subject.report, report_number(daemon_process, "pid"),
				       "inherited"),
		     3);
	/* its three inherited ones and its own, the parent's client */
	cr_expect_eq(report_count(subject.report, "sockets", "end", "closed"), 5);
	subject_release(&subject);
}

Test(entry_closes, popen_and_pclose_end_no_socket)
{
	struct subject subject;
	long long pid;

	subject_record(&subject, "entry_closes", "popen");
	pid = subject_pid(&subject);
	expect_end(client_of(&subject, pid, "first"), "closed", 0);
	expect_end(client_of(&subject, pid, "second"), "closed", 9);
	cr_expect_null(report_fd(subject.report, pid, subject_fact(&subject, "first"), 1));
	subject_release(&subject);
}
