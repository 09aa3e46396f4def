/* Story 8, databases: redis' pool, MariaDB's drivers, a leak, fork(), and a class of one's own. */
#include <string.h>

#include "example.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"

FIXTURE_SUITE(stories_databases);

static const char *port_of(const struct server *server)
{
	return scratch_format("%d", server->port);
}

static const char *postgres_url(const struct server *server)
{
	return scratch_format("postgresql://tester@%s/postgres", server_address(server));
}

/* Redis.close() gives the connection back; the pool holds it until disconnect(). */
Test(stories_databases, redis_clients_share_a_pool)
{
	struct server server = {0};
	struct subject subject;
	const json_t *shared, *own;

	server_start(&server, SERVER_REDIS);
	example_run(&subject, NULL, "redis_pool/pool.py",
		    COMMAND_LIST("127.0.0.1", port_of(&server)));
	shared = example_socket(&subject, "pool");
	own = example_socket(&subject, "own");
	cr_expect_eq(example_opened_count(&subject, server_address(&server)), 2);
	example_expect(example_object(&subject, "pool"), "on-first-use", 1, 0, 0);
	example_expect(example_object(&subject, "first"), "on-first-use", 1, 0, 0);
	example_expect(example_object(&subject, "second"), "borrowed", 0, 1, 0);
	cr_expect(example_has(shared, "users", example_object(&subject, "second")));
	cr_expect_not(example_is_open(&subject, shared, "pool and two clients created"));
	cr_expect(example_is_open(&subject, shared, "both clients closed"));
	cr_expect(example_is_open(&subject, shared, "both clients deleted"));
	cr_expect_not(example_is_open(&subject, shared, "pool disconnected"));
	cr_expect_str_eq(report_text(shared, "end"), "closed");
	cr_expect_not(example_is_open(&subject, own, "client with a pool of its own deleted"));
	cr_expect_str_eq(report_text(own, "end"), "finalized");
	subject_release(&subject);
	server_stop(&server);
}

static void expect_driver(const struct subject *subject, const char *driver, const char *class)
{
	const json_t *closed = example_socket(subject, scratch_format("%s closed", driver));
	const json_t *lost = example_socket(subject, scratch_format("%s lost", driver));

	cr_expect_eq(example_instances(subject, class), 2);
	example_expect(example_instance(subject, class, 1), "at-creation", 1, 0, 0);
	example_expect(example_instance(subject, class, 2), "at-creation", 1, 0, 0);
	cr_expect(example_is_open(subject, closed, scratch_format("%s connected", driver)));
	cr_expect_not(example_is_open(subject, closed, scratch_format("%s closed", driver)));
	cr_expect_str_eq(report_text(closed, "end"), "closed");
	cr_expect(example_is_open(subject, lost, scratch_format("%s connected again", driver)));
	cr_expect_not(
		example_is_open(subject, lost, scratch_format("%s deleted, not closed", driver)));
	cr_expect_str_eq(report_text(lost, "end"), "finalized");
}

Test(stories_databases, mariadb_drivers_connect_when_created)
{
	struct server server = {0};
	struct subject subject;

	server_start(&server, SERVER_MARIADB);
	example_run(&subject, NULL, "mariadb_connection/drivers.py",
		    COMMAND_LIST("127.0.0.1", port_of(&server), "root"));
	cr_expect_eq(example_opened_count(&subject, server_address(&server)), 4);
	expect_driver(&subject, "pymysql", "pymysql.connections.Connection");
	expect_driver(&subject, "MySQLdb", "MySQLdb.connections.Connection");
	subject_release(&subject);
	server_stop(&server);
}

/* `with` does not close: each round leaves a socket, all from the same line of the program. */
Test(stories_databases, psycopg2_leaks_in_a_loop)
{
	static const char driver[] = "psycopg2.extensions.connection";
	struct server server = {0};
	struct subject subject;
	long long number;

	server_start(&server, SERVER_POSTGRES);
	example_run(&subject, NULL, "psycopg2_leak/leak.py", COMMAND_LIST(postgres_url(&server)));
	cr_expect_eq(example_instances(&subject, driver), 5);
	cr_expect_eq(example_opened_count(&subject, server_address(&server)), 5);
	for (number = 1; number <= 5; number++) {
		const json_t *object = example_instance(&subject, driver, number);
		const json_t *frame = report_frame(object, "created_at", "count");

		example_expect(object, "at-creation", 1, 0, 1);
		cr_expect_str_eq(report_text(object, "end"), "exit");
		cr_expect_str_eq(strrchr(report_text(frame, "file"), '/'), "/leak.py");
		cr_expect_eq(example_step_count(&subject, scratch_format("round %lld", number - 1)),
			     (size_t)number);
	}
	subject_release(&subject);
	server_stop(&server);
}

/* A few may be a pool that fills; ten that pile up are an error. */
Test(stories_databases, psycopg2_leaks_are_an_error_when_they_pile_up)
{
	struct server server = {0};
	struct subject subject;
	const json_t *growth;

	server_start(&server, SERVER_POSTGRES);
	example_run(&subject, NULL, "psycopg2_leak/leak.py",
		    COMMAND_LIST(postgres_url(&server), "10"));
	growth = report_row(subject.report, "findings", "rule", "growth");
	cr_expect_str_eq(report_text(growth, "severity"), "error");
	cr_expect_eq(report_number(growth, "count"), 10);
	cr_expect_eq(report_count(subject.report, "findings", "rule", "open-at-exit"), 0);
	subject_release(&subject);
	server_stop(&server);
}

/* One server session for two processes; the child's end is not the connection's. */
Test(stories_databases, a_connection_lives_on_after_fork)
{
	struct server server = {0};
	struct subject subject;
	struct example_step before, child;
	const json_t *mine, *inherited, *connection;

	server_start(&server, SERVER_POSTGRES);
	example_run(&subject, NULL, "fork_connection/fork.py", COMMAND_LIST(postgres_url(&server)));
	example_step_read(&subject, "before the fork", &before);
	example_step_read(&subject, "in the child", &child);
	cr_expect_neq(before.pid, child.pid);
	mine = report_peer(subject.report, before.pid, server_address(&server));
	inherited = report_peer(subject.report, child.pid, server_address(&server));
	cr_expect_str_eq(report_text(mine, "local"), report_text(inherited, "local"));
	cr_expect_eq(report_number(mine, "cookie"), report_number(inherited, "cookie"));
	cr_expect_str_eq(report_text(inherited, "origin"), "inherited");
	cr_expect_str_eq(report_text(inherited, "end"), "exit");
	cr_expect_gt(report_number(inherited, "bytes_sent"), 0, "the child asked on it too");
	cr_expect(example_is_open(&subject, mine, "the child is gone"));
	cr_expect_not(example_is_open(&subject, mine, "closed"));
	cr_expect_str_eq(report_text(mine, "end"), "closed");
	cr_expect_gt(report_seconds(mine, "closed"), report_seconds(inherited, "closed"));
	connection = example_object(&subject, "connection");
	example_expect(connection, "at-creation", 1, 0, 0);
	cr_expect(example_has(mine, "owners", connection));
	subject_release(&subject);
	server_stop(&server);
}

Test(stories_databases, a_class_of_ones_own)
{
	struct server server = {0};
	struct subject subject;
	const json_t *ledger, *journal;

	server_start(&server, SERVER_REDIS);
	example_run(&subject, COMMAND_LIST("--track", "__main__.Ledger=client"), "own_class/own.py",
		    COMMAND_LIST("127.0.0.1", port_of(&server)));
	ledger = example_object(&subject, "ledger");
	journal = example_object(&subject, "journal");
	cr_expect_str_eq(report_text(ledger, "class"), "__main__.Ledger");
	cr_expect_str_eq(report_text(ledger, "role"), "client");
	example_expect(ledger, "on-first-use", 1, 0, 1);
	/* A subclass is tracked with its base. */
	cr_expect_str_eq(report_text(journal, "class"), "__main__.Journal");
	cr_expect_str_eq(report_text(journal, "role"), "client");
	example_expect(journal, "at-creation", 1, 0, 0);
	cr_expect(example_is_open(&subject, example_socket(&subject, "ledger"), "journal deleted"));
	cr_expect_not(
		example_is_open(&subject, example_socket(&subject, "journal"), "journal deleted"));
	subject_release(&subject);
	server_stop(&server);
}
