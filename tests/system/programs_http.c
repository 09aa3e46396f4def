/* curl and wget against nginx. */
#include <stdio.h>
#include <string.h>

#include "comparison.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"

FIXTURE_SUITE(http);

Test(http, curl_agrees_with_strace_and_nginx)
{
	struct server server = {0};
	struct comparison comparison;
	const json_t *socket;
	const char *log;
	long long received;
	int port;

	server_start(&server, SERVER_NGINX);
	comparison_run(&comparison, 0, false,
		       COMMAND_LIST("curl", "-sS", server_url(&server, "body")));
	socket = report_peer(comparison.recorded.report, 0, server_address(&server));
	cr_expect_str_eq(report_text(socket, "end"), "closed");
	cr_expect_str_eq(report_text(socket, "origin"), "connect");
	server_stop(&server);
	/* The second line of the log is the recorded run's: the server's own count of bytes. */
	log = strchr(scratch_read(server.access_log, NULL), '\n') + 1;
	cr_assert_eq(sscanf(log, "127.0.0.1:%d %lld", &port, &received), 2, "%s", log);
	cr_expect_str_eq(report_text(socket, "local"), scratch_format("127.0.0.1:%d", port));
	cr_expect_eq(report_number(socket, "bytes_received"), received);
	comparison_release(&comparison);
}

Test(http, curl_keeps_one_connection_for_two_urls)
{
	struct server server = {0};
	struct comparison comparison;

	server_start(&server, SERVER_NGINX);
	comparison_run(&comparison, 0, false,
		       COMMAND_LIST("curl", "-sS", server_url(&server, "hello"),
				    server_url(&server, "body")));
	report_peer(comparison.recorded.report, 0, server_address(&server));
	comparison_release(&comparison);
	server_stop(&server);
}

Test(http, curl_over_tls_agrees_with_strace)
{
	struct server server = {0};
	struct comparison comparison;

	server_start(&server, SERVER_NGINX);
	comparison_run(&comparison, 0, false,
		       COMMAND_LIST("curl", "-sS", "--cacert", server.certificate,
				    server_tls_url(&server, "body")));
	cr_expect_eq(comparison.bare.command.out_size_bytes, 200000);
	report_peer(comparison.recorded.report, 0, server_tls_address(&server));
	comparison_release(&comparison);
	server_stop(&server);
}

Test(http, curl_refused_fails_as_it_does_bare)
{
	struct comparison comparison;
	const char *address = scratch_format("127.0.0.1:%d", server_free_port());
	const json_t *socket;

	comparison_run(&comparison, 7, true, COMMAND_LIST("curl", "-s", address));
	socket = report_peer(comparison.recorded.report, 0, address);
	cr_expect_str_eq(report_text(socket, "connect_error"), "ECONNREFUSED");
	comparison_release(&comparison);
}

Test(http, wget_agrees_with_strace)
{
	struct server server = {0};
	struct comparison comparison;

	server_start(&server, SERVER_NGINX);
	/* wget's status for an error from the server */
	comparison_run(&comparison, 8, false,
		       COMMAND_LIST("wget", "-q", "-O", "-", server_url(&server, "hello"),
				    server_url(&server, "body"), server_url(&server, "missing")));
	comparison_release(&comparison);
	server_stop(&server);
}
