/* Who closed first, where a side is shut down before it is closed. */
#include <string.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(closers);

/* Each step is over, on loopback, when the call that makes it returns; waits only part the times.
 */
static const char program[] =
	"import socket, sys, time\n"
	"listener = socket.create_server(('127.0.0.1', 0))\n"
	"ours = socket.create_connection(listener.getsockname())\n"
	"peers, address = listener.accept()\n"
	"ours.sendall(b'x')\n"
	"peers.recv(1)\n"
	"for step in sys.argv[1].split():\n"
	"    time.sleep(0.1)\n"
	"    {'peer': peers.close, 'shut': lambda: ours.shutdown(socket.SHUT_RDWR),\n"
	"     'half': lambda: ours.shutdown(socket.SHUT_WR), 'read': lambda: ours.recv(1),\n"
	"     'close': ours.close}[step]()\n";

struct closing {
	const char *steps;
	const char *by; /* as the text report has it */
	bool has_peer_closed;
};

static const struct closing closings[] = {
	{"peer shut close", "peer", true},
	{"peer half close", "peer", true},
	{"peer read shut close", "peer", true},
	{"peer close", "peer", true},
	{"shut peer close", "us", false},
	{"half peer close", "us", false},
	{"half peer read close", "us", true},
	{"half close", "us", false},
	{"shut close", "us", false},
	{"close", "us", false},
};

static const json_t *client_of(const json_t *report)
{
	const json_t *sockets = json_object_get(report, "sockets"), *found = NULL;
	size_t index;
	json_t *socket;

	json_array_foreach(sockets, index, socket)
	{
		if (!report_is_null(socket, "connected") &&
		    strcmp(report_text(socket, "origin"), "connect") == 0)
			found = socket;
	}
	cr_assert_not_null(found);
	return found;
}

/* The line of the client, whose column is the only one that says who was first. */
static void expect_by(const struct subject *subject, const struct closing *closing)
{
	struct command command;
	const char *line;

	command_run(&command,
		    COMMAND_LIST(scratch_built("socklife"), "report", "--peer", "127.0.0.1:*",
				 "--origin", "connect", "--end", "closed", subject->trace),
		    NULL);
	line = strstr(command.out, "  s2 ");
	cr_assert_not_null(line, "%s", command.out);
	cr_expect_not_null(strstr(line, scratch_format("closed  %s ", closing->by)), "%s: %s",
			   closing->steps, command.out);
	command_release(&command);
}

Test(closers, are_told_by_whose_end_came_first)
{
	for (size_t i = 0; i < sizeof(closings) / sizeof(closings[0]); i++) {
		struct subject_options options = {.way = SUBJECT_RUN};
		struct subject subject;
		const json_t *client;

		subject_run(&subject, &options,
			    COMMAND_LIST("/usr/bin/python3", "-c", program, closings[i].steps));
		cr_assert_eq(subject.command.status, 0, "%s", subject.command.err);
		client = client_of(subject.report);
		cr_expect_eq(report_is_null(client, "peer_closed"), !closings[i].has_peer_closed,
			     "%s: %s", closings[i].steps, report_dump(client));
		expect_by(&subject, &closings[i]);
		subject_release(&subject);
	}
}
