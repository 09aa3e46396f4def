/* Sockets that come into a process without socket() or accept(). */
#include <string.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(entry_births);

static const json_t *local_of(const struct subject *subject, long long pid, const char *fact)
{
	return report_local(subject->report, pid, subject_fact_text(subject, fact));
}

/* The end of the connection that a client of this address made. */
static const json_t *client_of(const struct subject *subject, long long pid, const char *fact)
{
	const json_t *socket = local_of(subject, pid, fact);

	cr_expect_not(report_is_null(socket, "peer"), "%s", report_dump(socket));
	return socket;
}

static void expect_sent(const json_t *socket, const char *origin, const char *end, int sent)
{
	cr_expect(report_is(socket, "origin", origin), "%s", report_dump(socket));
	cr_expect(report_is(socket, "end", end), "%s", report_dump(socket));
	cr_expect_eq(report_number(socket, "bytes_sent"), sent, "%s", report_dump(socket));
}

Test(entry_births, what_comes_back_to_its_sender_is_one_socket)
{
	struct subject subject;

	subject_record(&subject, "entry_births", "received-here");
	expect_sent(client_of(&subject, 0, "client_local"), "connect", "closed", 31);
	expect_sent(report_fd(subject.report, 0, subject_fact(&subject, "datagram"), 0), "connect",
		    "closed", 0);
	cr_expect_eq(report_sockets_of(subject.report, 0, "received"), 0);
	cr_expect_eq(report_size(subject.report, "sockets"), 6);
	subject_release(&subject);
}

static void expect_handed_over(const struct subject *subject, const char *fact, int sent)
{
	const json_t *here = client_of(subject, subject_pid(subject), fact);
	const json_t *there = client_of(subject, subject_fact(subject, "child"), fact);

	expect_sent(here, "connect", "passed", 0);
	expect_sent(there, "received", "closed", sent);
	cr_expect_eq(report_number(here, "cookie"), report_number(there, "cookie"));
}

Test(entry_births, two_sockets_of_one_message_are_handed_over)
{
	struct subject subject;

	subject_record(&subject, "entry_births", "received-there");
	expect_handed_over(&subject, "first_local", 41);
	expect_handed_over(&subject, "second_local", 42);
	cr_expect_eq(report_sockets_of(subject.report, 0, "received"), 2);
	subject_release(&subject);
}

Test(entry_births, pidfd_getfd_gives_one_more_number)
{
	struct subject subject;

	subject_record(&subject, "entry_births", "taken");
	expect_sent(client_of(&subject, subject_pid(&subject), "client_local"), "connect", "closed",
		    51);
	cr_expect_null(report_fd(subject.report, 0, subject_fact(&subject, "copy"), 0));
	subject_release(&subject);
}

/* The program that inetd starts: its image is the last one of its pid. */
Test(entry_births, a_connection_as_stdin_is_inherited)
{
	struct subject subject;
	const json_t *socket;

	subject_record(&subject, "entry_births", "inetd");
	socket = report_fd(subject.report, subject_fact(&subject, "served"), 0, 0);
	cr_assert_not_null(socket, "%s", report_dump(subject.report));
	expect_sent(socket, "inherited", "exit", 6);
	cr_expect_eq(report_number(socket, "bytes_received"), 1);
	cr_expect(report_is(socket, "peer", subject_fact_text(&subject, "client_local")));
	cr_expect_eq(report_size(socket, "opened_at"), 0, "it was opened elsewhere");
	subject_release(&subject);
}

/* Two numbers, one socket; and it is shown, as no pipe of a shell's would be. */
Test(entry_births, a_connection_as_both_standard_streams_is_one_socket)
{
	struct subject subject;
	struct command text;
	const json_t *socket;
	long long pid;

	subject_record(&subject, "entry_births", "inetd-streams");
	pid = subject_fact(&subject, "served");
	socket = report_fd(subject.report, pid, 0, 0);
	cr_assert_not_null(socket, "%s", report_dump(subject.report));
	cr_expect_null(report_fd(subject.report, pid, 1, 0), "%s", report_dump(subject.report));
	expect_sent(socket, "inherited", "exit", 9);
	cr_expect_eq(report_number(socket, "bytes_received"), 1);
	command_run(&text, COMMAND_LIST(scratch_built("socklife"), "report", subject.trace), NULL);
	cr_expect_not_null(strstr(text.out, scratch_format("\n  %s ", report_text(socket, "id"))),
			   "%s", text.out);
	command_release(&text);
	subject_release(&subject);
}

Test(entry_births, a_listener_of_listen_fds_is_inherited)
{
	struct subject subject;
	const json_t *accepted, *listener;
	long long pid;

	subject_record(&subject, "entry_births", "listen-fds");
	pid = subject_fact(&subject, "served");
	cr_expect_eq(report_sockets_of(subject.report, pid, "accept"), 1);
	accepted = report_peer(subject.report, pid, subject_fact_text(&subject, "client_local"));
	expect_sent(accepted, "accept", "closed", 0);
	cr_expect_eq(report_number(accepted, "bytes_received"), 61);
	/* its pid had an image before it: the forked child of the supervisor */
	listener = report_fd(subject.report, pid, 3, 1);
	cr_assert_not_null(listener, "%s", report_dump(subject.report));
	cr_expect(report_is(listener, "origin", "inherited"));
	cr_expect(report_is(listener, "local", subject_fact_text(&subject, "listener_local")));
	subject_release(&subject);
}
