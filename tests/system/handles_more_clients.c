/* More client libraries of Debian's called from C: MariaDB, OpenSSL's BIOs, ODBC over libpq. */
#include <string.h>

#include "fixture.h"
#include "handle_lives.h"
#include "scratch.h"
#include "server.h"

FIXTURE_SUITE(handles_more_clients);

/* ---- MariaDB ---- */

static void mariadb_run(struct subject *subject, const char *scenario)
{
	struct server server = {0};

	server_start(&server, SERVER_MARIADB);
	client_run(subject, "handles_mariadb", scenario, scratch_format("%d", server.port));
	server_stop(&server);
}

static void mariadb_lives(const char *scenario, size_t handles, size_t opened, const char *end)
{
	struct subject subject;

	mariadb_run(&subject, scenario);
	for (size_t nth = 1; nth <= handles; nth++)
		expect_life(&subject, "MYSQL", (long long)nth, "on-first-use", opened, end);
	cr_expect_eq(report_size(subject.report, "objects"), handles, "%s",
		     report_dump(subject.report));
	subject_release(&subject);
}

Test(handles_more_clients, mariadb_makes_a_handle_and_connects_it)
{
	mariadb_lives("heap", 1, 1, "call");
}

Test(handles_more_clients, mariadb_handles_in_memory_of_the_programs_own)
{
	mariadb_lives("stack", 3, 1, "call");
}

Test(handles_more_clients, mariadb_never_closed)
{
	mariadb_lives("leaked", 1, 1, "exit");
}

Test(handles_more_clients, mariadb_refused_and_tried_again)
{
	mariadb_lives("refused", 1, 2, "call");
}

Test(handles_more_clients, mariadb_statements_are_their_connections)
{
	mariadb_lives("statement", 1, 1, "call");
}

Test(handles_more_clients, mariadb_in_steps)
{
	mariadb_lives("steps", 1, 1, "call");
}

/* ---- OpenSSL ---- */

static void bio_lives(const char *scenario, const char *end)
{
	struct server server = {0};
	struct subject subject;

	server_start(&server, SERVER_NGINX);
	client_run(&subject, "handles_bio", scenario, server_tls_address(&server));
	server_stop(&server);
	expect_life(&subject, "BIO", 1, "on-first-use", 1, end);
	cr_expect_eq(report_size(subject.report, "objects"), 1, "%s", report_dump(subject.report));
	cr_expect_eq(report_size(report_row(subject.report, "sockets", "match", "handle"), "users"),
		     0);
	subject_release(&subject);
}

Test(handles_more_clients, a_bio_that_connects)
{
	bio_lives("plain", "call");
	bio_lives("told", "call");
	bio_lives("leaked", "exit");
}

Test(handles_more_clients, a_bio_below_tls)
{
	bio_lives("tls", "call");
	bio_lives("chain", "call");
	bio_lives("ssl", "call");
}

/* ---- ODBC ---- */

static void odbc_run(struct subject *subject, const char *scenario)
{
	struct server server = {0};

	server_start(&server, SERVER_POSTGRES);
	client_run(subject, "handles_odbc", scenario, scratch_format("%d", server.port));
	server_stop(&server);
	expect_all_owned(subject);
}

Test(handles_more_clients, odbc_owns_what_its_driver_has)
{
	struct subject subject;

	odbc_run(&subject, "once");
	expect_life(&subject, "SQLHENV", 1, "never", 0, "call");
	expect_life(&subject, "SQLHDBC", 1, "on-first-use", 1, "call");
	expect_life(&subject, "PGconn", 1, "at-creation", 1, "call");
	expect_chain(&subject, "PGconn", "SQLHDBC");
	cr_expect_eq(report_size(subject.report, "objects"), 3, "%s", report_dump(subject.report));
	subject_release(&subject);
}

Test(handles_more_clients, odbc_connects_its_handle_again)
{
	struct subject subject;

	odbc_run(&subject, "again");
	expect_life(&subject, "SQLHDBC", 1, "on-first-use", 2, "call");
	expect_life(&subject, "PGconn", 1, "at-creation", 1, "call");
	expect_life(&subject, "PGconn", 2, "at-creation", 1, "call");
	subject_release(&subject);
}

Test(handles_more_clients, odbc_never_disconnected)
{
	struct subject subject;

	odbc_run(&subject, "leaked");
	expect_life(&subject, "SQLHDBC", 1, "on-first-use", 1, "exit");
	expect_life(&subject, "PGconn", 1, "at-creation", 1, "exit");
	subject_release(&subject);
}
