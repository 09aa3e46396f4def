/* psql against PostgreSQL. */
#include "comparison.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"

FIXTURE_SUITE(postgres);

#define QUERY "select n, n * n from generate_series(1, 500) as n"

static const char *port_text(const struct server *server)
{
	return scratch_format("%d", server->port);
}

Test(postgres, psql_over_tcp_agrees_with_strace)
{
	struct server server = {0};
	struct comparison comparison;
	const json_t *socket;

	server_start(&server, SERVER_POSTGRES);
	comparison_run(&comparison, 0, false,
		       COMMAND_LIST("psql", "-X", "-h", "127.0.0.1", "-p", port_text(&server), "-U",
				    "tester", "-c", QUERY, "postgres"));
	socket = report_peer(comparison.recorded.report, 0, server_address(&server));
	cr_expect_not(report_is_null(socket, "connected"));
	cr_expect(report_is_null(socket, "connect_error"));
	cr_expect_str_eq(report_text(socket, "end"), "closed");
	comparison_release(&comparison);
	server_stop(&server);
}

Test(postgres, psql_over_a_unix_socket_agrees_with_strace)
{
	struct server server = {0};
	struct comparison comparison;

	server_start(&server, SERVER_POSTGRES);
	comparison_run(&comparison, 0, false,
		       COMMAND_LIST("psql", "-X", "-h", server.unix_path, "-p", port_text(&server),
				    "-U", "tester", "-c", QUERY, "postgres"));
	witness_agrees_unix(&comparison.witness, comparison.recorded.report,
			    scratch_format("unix:%s/.s.PGSQL.%d", server.unix_path, server.port));
	comparison_release(&comparison);
	server_stop(&server);
}

Test(postgres, psql_fails_as_it_does_bare)
{
	struct server server = {0};
	struct comparison comparison;

	server_start(&server, SERVER_POSTGRES);
	comparison_run(&comparison, 1, false,
		       COMMAND_LIST("psql", "-X", "-h", "127.0.0.1", "-p", port_text(&server), "-U",
				    "tester", "-c", "select no_such_column", "postgres"));
	comparison_release(&comparison);
	server_stop(&server);
}
