/* redis-cli and redis-benchmark against redis-server. */
#include "comparison.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"

FIXTURE_SUITE(redis);

static const char *port_text(const struct server *server)
{
	return scratch_format("%d", server->port);
}

Test(redis, cli_agrees_with_strace)
{
	struct server server = {0};
	struct comparison comparison;
	const json_t *socket;

	server_start(&server, SERVER_REDIS);
	comparison_run(&comparison, 0, false,
		       COMMAND_LIST("redis-cli", "-p", port_text(&server), "SET", "key", "value"));
	socket = report_peer(comparison.recorded.report, 0, server_address(&server));
	cr_expect_eq(report_number(socket, "bytes_received"), 5, "+OK and its line end");
	comparison_release(&comparison);
	server_stop(&server);
}

Test(redis, cli_over_a_unix_socket_agrees_with_strace)
{
	struct server server = {0};
	struct comparison comparison;

	server_start(&server, SERVER_REDIS);
	comparison_run(&comparison, 0, false,
		       COMMAND_LIST("redis-cli", "-s", server.unix_path, "PING"));
	witness_agrees_unix(&comparison.witness, comparison.recorded.report,
			    scratch_format("unix:%s", server.unix_path));
	comparison_release(&comparison);
	server_stop(&server);
}

Test(redis, benchmark_agrees_with_strace)
{
	struct server server = {0};
	struct comparison comparison;

	server_start(&server, SERVER_REDIS);
	comparison_run(&comparison, 0, true,
		       COMMAND_LIST("redis-benchmark", "-p", port_text(&server), "-n", "300", "-c",
				    "5", "-t", "get,set", "-q"));
	/* 5 clients for each of two tests, and one that asks for the configuration. */
	cr_expect_geq(report_count(comparison.recorded.report, "sockets", "peer",
				   server_address(&server)),
		      10);
	comparison_release(&comparison);
	server_stop(&server);
}

Test(redis, benchmark_with_threads_agrees_with_strace)
{
	struct server server = {0};
	struct comparison comparison;

	server_start(&server, SERVER_REDIS);
	comparison_run(&comparison, 0, true,
		       COMMAND_LIST("redis-benchmark", "-p", port_text(&server), "-n", "300", "-c",
				    "6", "-t", "ping", "-q", "--threads", "3"));
	comparison_release(&comparison);
	server_stop(&server);
}
