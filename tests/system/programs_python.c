/* Debian's own CPython with requests and subprocess. */
#include <string.h>

#include "comparison.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"

FIXTURE_SUITE(python);

#define PYTHON "/usr/bin/python3"

Test(python, requests_agrees_with_strace)
{
	static const char program[] = "import requests, sys\n"
				      "session = requests.Session()\n"
				      "for path in ('hello', 'body', 'missing'):\n"
				      "    answer = session.get(sys.argv[1] + path, timeout=20)\n"
				      "    print(answer.status_code, len(answer.content))\n"
				      "print(requests.get(sys.argv[1] + 'hello').text)\n"
				      "session.close()\n";
	struct server server = {.keep_alive_s = 600};
	struct comparison comparison;

	server_start(&server, SERVER_NGINX);
	comparison_run(&comparison, 0, false,
		       COMMAND_LIST(PYTHON, "-c", program, server_url(&server, "")));
	cr_expect_eq(report_count(comparison.recorded.report, "sockets", "peer",
				  server_address(&server)),
		     2, "the Session's one connection, and that of requests.get()");
	comparison_release(&comparison);
	server_stop(&server);
}

/* subprocess makes its children by vfork and closes what they must not have: in the child only. */
Test(python, subprocess_ends_no_socket_of_its_parent)
{
	static const char program[] = "import socket, subprocess\n"
				      "listener = socket.create_server(('127.0.0.1', 0))\n"
				      "client = socket.create_connection(listener.getsockname())\n"
				      "server, _ = listener.accept()\n"
				      "subprocess.run(['/bin/true'], close_fds=True, check=True)\n"
				      "print(subprocess.check_output(['/bin/echo', 'child']))\n"
				      "client.sendall(b'after')\n"
				      "print('fd=%d' % client.fileno())\n"
				      "print(server.recv(5))\n"
				      "client.close()\n";
	struct comparison comparison;
	const json_t *socket;

	comparison_run(&comparison, 0, false, COMMAND_LIST(PYTHON, "-c", program));
	socket = report_fd(comparison.recorded.report, 0, subject_fact(&comparison.recorded, "fd"),
			   0);
	cr_assert_not_null(socket, "%s", report_dump(comparison.recorded.report));
	cr_expect_eq(report_number(socket, "bytes_sent"), 5);
	cr_expect_str_eq(report_text(socket, "end"), "closed");
	cr_expect_gt(report_size(socket, "closed_at"), 0);
	comparison_release(&comparison);
}

Test(python, an_uncaught_exception_ends_it_as_bare)
{
	static const char program[] = "import socket\n"
				      "socket.create_connection(('127.0.0.1', 1))\n";
	struct comparison comparison;

	comparison_run(&comparison, 1, false, COMMAND_LIST(PYTHON, "-c", program));
	cr_expect_not_null(strstr(comparison.recorded.command.err, "ConnectionRefusedError"));
	comparison_release(&comparison);
}

Test(python, asyncio_agrees_with_strace)
{
	static const char program[] =
		"import asyncio\n"
		"async def serve(reader, writer):\n"
		"    writer.write((await reader.readline()) * 1000)\n"
		"    await writer.drain()\n"
		"    writer.close()\n"
		"async def main():\n"
		"    server = await asyncio.start_server(serve, '127.0.0.1', 0)\n"
		"    port = server.sockets[0].getsockname()[1]\n"
		"    for _ in range(5):\n"
		"        reader, writer = await asyncio.open_connection('127.0.0.1', port)\n"
		"        writer.write(b'line\\n')\n"
		"        print(len(await reader.read()))\n"
		"        writer.close()\n"
		"        await writer.wait_closed()\n"
		"    server.close()\n"
		"    await server.wait_closed()\n"
		"asyncio.run(main())\n";
	struct comparison comparison;

	comparison_run(&comparison, 0, false, COMMAND_LIST(PYTHON, "-c", program));
	comparison_release(&comparison);
}
