/* Story 3: what an SQLAlchemy Engine and its Sessions are, over TCP and a UNIX socket. */
#include "example.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"

FIXTURE_SUITE(stories_sqlalchemy);

#define DRIVER "psycopg2.extensions.connection"

/* Neither the Engine nor a Session is a connection when it is made. */
static void expect_lazy(const struct subject *subject, const json_t *first, const json_t *second)
{
	cr_expect_not(example_is_open(subject, first, "engine created"));
	cr_expect_not(example_is_open(subject, first, "session created"));
	cr_expect(example_is_open(subject, first, "connection() called"));
	cr_expect_not(example_is_open(subject, second, "second session created"));
	cr_expect(example_is_open(subject, second, "execute() called"));
}

/* close() on the Session gives the socket back: it ends with the Engine's dispose(). */
static void expect_pooled(const struct subject *subject, const json_t *socket)
{
	struct example_step before;

	cr_expect(example_is_open(subject, socket, "first session closed"));
	cr_expect(example_is_open(subject, socket, "all sessions closed"));
	cr_expect(example_is_open(subject, socket, "all sessions deleted"));
	cr_expect_not(example_is_open(subject, socket, "engine disposed"));
	cr_expect_str_eq(report_text(socket, "end"), "closed");
	/* psycopg2 says goodbye (Terminate): only then may the server close before us. */
	example_step_read(subject, "all sessions deleted", &before);
	cr_expect(report_is_null(socket, "peer_closed") ||
			  report_seconds(socket, "peer_closed") > before.time_s,
		  "%s", report_dump(socket));
}

/* From libpq's handle outwards: the driver's connection, pool, engine, Connection, Session. */
static void expect_owners(const struct subject *subject, const json_t *socket, const char *session,
			  const char *engine)
{
	const json_t *driver = example_linked(subject, socket, "owners", 1);

	cr_expect_str_eq(report_text(example_linked(subject, socket, "owners", 0), "class"),
			 "PGconn");
	cr_expect_str_eq(report_text(driver, "class"), DRIVER);
	example_expect(driver, "at-creation", 1, 0, 0);
	cr_expect_eq(report_size(socket, "owners"), 6, "%s", report_dump(socket));
	cr_expect(example_has(socket, "owners", example_object(subject, session)));
	cr_expect(example_has(socket, "owners", example_object(subject, engine)));
	cr_expect_str_eq(report_text(socket, "match"), "stack");
}

static void expect_borrowed(const struct subject *subject, const json_t *socket)
{
	const json_t *borrowing = example_object(subject, "borrowing");

	example_expect(borrowing, "borrowed", 0, 1, 0);
	cr_expect(example_has(borrowing, "used", socket));
	cr_expect(example_has(socket, "users", borrowing));
}

/* With a NullPool the socket does end with the Session's close(). */
static void expect_unpooled(const struct subject *subject, const json_t *socket)
{
	example_expect(example_object(subject, "alone"), "on-first-use", 1, 0, 0);
	example_expect(example_object(subject, "unpooled"), "on-first-use", 1, 0, 0);
	expect_owners(subject, socket, "alone", "unpooled");
	cr_expect(example_is_open(subject, socket, "NullPool executed"));
	cr_expect_not(example_is_open(subject, socket, "NullPool session closed"));
	cr_expect_str_eq(report_text(socket, "end"), "closed");
}

static void sessions_check(const char *url, const char *peer)
{
	const json_t *first, *second;
	struct subject subject;

	example_run(&subject, NULL, "sqlalchemy_session/session.py", COMMAND_LIST(url));
	cr_assert_eq(example_opened_count(&subject, peer), 3);
	first = example_opened(&subject, peer, 1);
	second = example_opened(&subject, peer, 2);
	expect_lazy(&subject, first, second);
	example_expect(example_object(&subject, "engine"), "on-first-use", 2, 0, 0);
	example_expect(example_object(&subject, "asked"), "on-first-use", 1, 0, 0);
	example_expect(example_object(&subject, "executing"), "on-first-use", 1, 0, 0);
	expect_owners(&subject, first, "asked", "engine");
	expect_owners(&subject, second, "executing", "engine");
	expect_pooled(&subject, first);
	expect_pooled(&subject, second);
	expect_borrowed(&subject, first);
	expect_unpooled(&subject, example_opened(&subject, peer, 3));
	subject_release(&subject);
}

Test(stories_sqlalchemy, sessions_over_tcp)
{
	struct server server = {0};

	server_start(&server, SERVER_POSTGRES);
	sessions_check(
		scratch_format("postgresql+psycopg2://tester@%s/postgres", server_address(&server)),
		server_address(&server));
	server_stop(&server);
}

Test(stories_sqlalchemy, sessions_over_a_unix_socket)
{
	struct server server = {0};

	server_start(&server, SERVER_POSTGRES);
	sessions_check(scratch_format("postgresql+psycopg2://tester@/postgres?host=%s&port=%d",
				      server.unix_path, server.port),
		       scratch_format("unix:%s/.s.PGSQL.%d", server.unix_path, server.port));
	server_stop(&server);
}
