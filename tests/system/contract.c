/*
 * The shape of the report in JSON, which other programs are built on, by a schema of its own. What
 * a schema cannot say every test's report is held to (support/contract.h).
 */
#include <signal.h>

#include "fixture.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(contract);

static void schema_expect(const struct subject *subject)
{
	const struct command_options options = {.directory = subject->directory};
	struct command command;

	cr_assert_eq(json_dump_file(subject->report,
				    scratch_format("%s/report.json", subject->directory), 0),
		     0);
	command_run(&command,
		    COMMAND_LIST("/usr/bin/python3", "-W", "ignore", "-m", "jsonschema", "-i",
				 "report.json", scratch_source("tests/support/report.schema.json")),
		    &options);
	cr_expect_eq(command.status, 0, "%s%s", command.out, command.err);
	command_release(&command);
}

static void subject_check(const char *name, const char *argument)
{
	struct subject subject;

	subject_record(&subject, name, argument);
	schema_expect(&subject);
	subject_release(&subject);
}

static void program_check(const char *const argv[])
{
	const struct subject_options options = {.way = SUBJECT_RUN};
	struct subject subject;

	subject_run(&subject, &options, argv);
	schema_expect(&subject);
	subject_release(&subject);
}

Test(contract, holds_for_sockets_of_every_family)
{
	subject_check("families", "inet");
	subject_check("families", "inet6");
	subject_check("families", "path");
	subject_check("families", "abstract");
	subject_check("families", "datagram-unix");
	program_check(COMMAND_LIST("/usr/bin/python3", "-c",
				   "import socket\n"
				   "family = socket.AF_NETLINK\n"
				   "netlink = socket.socket(family, socket.SOCK_RAW, 0)\n"
				   "datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
				   "pair = socket.socketpair(type=socket.SOCK_SEQPACKET)\n"));
}

Test(contract, holds_for_objects_and_findings)
{
	program_check(COMMAND_LIST("/usr/bin/python3", "-c",
				   "import requests, socket, threading\n"
				   "listener = socket.create_server(('127.0.0.1', 0))\n"
				   "port = listener.getsockname()[1]\n"
				   "def serve():\n"
				   "    while True:\n"
				   "        peer, _ = listener.accept()\n"
				   "        peer.recv(4096)\n"
				   "        peer.sendall(b'HTTP/1.1 200 OK\\r\\n'\n"
				   "                     b'Content-Length: 0\\r\\n\\r\\n')\n"
				   "threading.Thread(target=serve, daemon=True).start()\n"
				   "unused = requests.Session()\n"
				   "session = requests.Session()\n"
				   "session.get(f'http://127.0.0.1:{port}/')\n"
				   "requests.get(f'http://127.0.0.1:{port}/')\n"
				   "try: socket.create_connection(('127.0.0.1', 1))\n"
				   "except OSError: pass\n"));
}

Test(contract, holds_for_processes_however_they_end)
{
	static const char socketpair[] = "import socket; pair = socket.socketpair()";

	program_check(COMMAND_LIST("true"));
	program_check(COMMAND_LIST(scratch_subject("static_linked")));
	program_check(COMMAND_LIST(
		"sh", "-c", scratch_format("/usr/bin/python3 -c '%s'; kill -KILL $$", socketpair)));
	program_check(COMMAND_LIST("sh", "-c",
				   scratch_format("exec /usr/bin/python3 -c '%s; import os; "
						  "os.execv(\"/bin/false\", [\"false\"])'",
						  socketpair)));
	program_check(COMMAND_LIST(
		"/usr/bin/python3", "-c",
		scratch_format("%s; import os; os.kill(os.getpid(), %d)", socketpair, SIGSEGV)));
}
