/* SIGKILL loses nothing that the peer had seen before. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(killed);

#define CONNECTIONS 120

static int listener_open(int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	cr_assert_eq(listen(fd, 16), 0);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

struct acknowledged {
	int port;         /* of the client */
	long long number; /* that it sent */
};

/* Reads the client's number and, unless it is the last, acknowledges it. */
static void connection_take(int listener, struct acknowledged *taken, bool is_last)
{
	struct sockaddr_in address = {0};
	socklen_t size = sizeof(address);
	int fd = accept4(listener, (struct sockaddr *)&address, &size, SOCK_CLOEXEC);

	cr_assert_geq(fd, 0);
	taken->port = ntohs(address.sin_port);
	cr_assert_eq(recv(fd, &taken->number, sizeof(taken->number), MSG_WAITALL), 8);
	if (!is_last)
		cr_assert_eq(send(fd, "", 1, MSG_NOSIGNAL), 1);
}

static void expect_recorded(const struct subject *subject, const struct acknowledged *taken)
{
	const json_t *socket = report_local(subject->report, 0,
					    scratch_format("127.0.0.1:%d", taken->port));
	bool is_closed = taken->number % 2 == 0 && taken->number != CONNECTIONS - 1;

	cr_expect_not(report_is_null(socket, "connected"), "%s", report_dump(socket));
	cr_expect_str_eq(report_text(socket, "end"), is_closed ? "closed" : "exit");
	cr_expect_gt(report_size(socket, "opened_at"), 0);
}

Test(killed, every_connection_the_peer_saw_is_in_the_report)
{
	struct subject_options options = {.way = SUBJECT_RUN};
	struct acknowledged taken[CONNECTIONS];
	struct subject subject;
	const json_t *process;
	int port, number;
	int listener = listener_open(&port);

	subject_start(&subject, &options,
		      COMMAND_LIST(scratch_subject("acknowledged"), scratch_format("%d", port)));
	for (number = 0; number < CONNECTIONS; number++)
		connection_take(listener, &taken[number], number == CONNECTIONS - 1);
	command_await(&subject.command, "\n");
	cr_assert_eq(kill((pid_t)subject_pid(&subject), SIGKILL), 0);
	subject_finish(&subject);
	cr_expect_eq(subject.command.signal_number, SIGKILL, "run ends as the program did");
	process = report_process(subject.report, subject_pid(&subject));
	cr_expect_str_eq(report_text(process, "end"), "signal");
	cr_expect_eq(report_number(process, "signal"), SIGKILL);
	for (number = 0; number < CONNECTIONS; number++)
		expect_recorded(&subject, &taken[number]);
	cr_expect_eq(report_count(subject.report, "sockets", "peer",
				  scratch_format("127.0.0.1:%d", port)),
		     CONNECTIONS);
	subject_release(&subject);
}
