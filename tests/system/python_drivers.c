/* Client libraries of Python that no story tells of: births, owners and ends, on real servers. */
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"
#include "subject.h"

FIXTURE_SUITE(python_drivers);

static void drivers_run(struct subject *subject, const char *const arguments[])
{
	const char *argv[8] = {"/usr/bin/python3",
			       scratch_source("tests/subjects/python_drivers.py")};

	for (size_t i = 0; arguments[i] != NULL; i++)
		argv[i + 2] = arguments[i];
	subject_run(subject, &(struct subject_options){.way = SUBJECT_PRELOAD}, argv);
	cr_assert_eq(subject->command.status, 0, "%s", subject->command.err);
}

static void expect_life(const struct subject *subject, const char *class, long long nth,
			const char *connects, size_t opened)
{
	const json_t *object = report_object(subject->report, class, nth);

	cr_expect_str_eq(report_text(object, "connects"), connects, "%s", report_dump(object));
	cr_expect_eq(report_size(object, "opened"), opened, "%s", report_dump(object));
}

static void expect_end(const struct subject *subject, const char *class, long long nth,
		       const char *end)
{
	const json_t *object = report_object(subject->report, class, nth);
	const json_t *opened = json_object_get(object, "opened"), *id;
	size_t i;

	cr_expect_str_eq(report_text(object, "end"), end, "%s", report_dump(object));
	json_array_foreach(opened, i, id)
	{
		const json_t *socket = report_row(subject->report, "sockets", "id",
						  json_string_value(id));

		cr_expect_str_eq(report_text(socket, "end"), "closed", "%s", report_dump(socket));
	}
}

Test(python_drivers, mail_and_file_clients)
{
	struct subject subject;

	drivers_run(&subject, COMMAND_LIST("mail"));
	expect_life(&subject, "smtplib.SMTP", 1, "at-creation", 1);
	expect_life(&subject, "smtplib.SMTP", 2, "on-first-use", 1);
	expect_life(&subject, "ftplib.FTP", 1, "on-first-use", 1);
	expect_life(&subject, "imaplib.IMAP4", 1, "at-creation", 1);
	expect_end(&subject, "smtplib.SMTP", 1, "refcount");
	expect_end(&subject, "smtplib.SMTP", 2, "refcount");
	expect_end(&subject, "ftplib.FTP", 1, "refcount");
	expect_end(&subject, "imaplib.IMAP4", 1, "refcount");
	cr_expect_eq(report_size(subject.report, "objects"), 4);
	subject_release(&subject);
}

/* libcurl does not say which of a CurlMulti's handles connects. */
Test(python_drivers, curl_in_all_its_ways)
{
	struct server server = {0};
	struct subject subject;

	server_start(&server, SERVER_NGINX);
	drivers_run(&subject, COMMAND_LIST("curl", server_url(&server, "hello")));
	/* The second perform uses the connection again. */
	expect_life(&subject, "pycurl.Curl", 1, "on-first-use", 1);
	expect_life(&subject, "pycurl.Curl", 2, "on-first-use", 1);
	expect_life(&subject, "pycurl.CurlMulti", 1, "on-first-use", 2);
	expect_life(&subject, "pycurl.Curl", 3, "never", 0);
	expect_life(&subject, "pycurl.Curl", 4, "never", 0);
	expect_end(&subject, "pycurl.Curl", 1, "refcount");
	expect_end(&subject, "pycurl.CurlMulti", 1, "refcount");
	subject_release(&subject);
	server_stop(&server);
}

/* The server lets nobody in, which does not matter to the socket. */
Test(python_drivers, paramiko_hands_the_socket_to_a_thread)
{
	struct server server = {0};
	const json_t *client, *transport;
	struct subject subject;

	server_start(&server, SERVER_SSHD);
	drivers_run(&subject, COMMAND_LIST("ssh", scratch_format("%d", server.port)));
	cr_expect_str_eq(subject_fact_text(&subject, "said"), "no");
	expect_life(&subject, "paramiko.client.SSHClient", 1, "on-first-use", 1);
	client = report_object(subject.report, "paramiko.client.SSHClient", 1);
	transport = report_object(subject.report, "paramiko.transport.Transport", 1);
	cr_expect_str_eq(report_text(transport, "connects"), "borrowed");
	cr_expect(
		json_equal(json_object_get(transport, "created_by"), json_object_get(client, "id")),
		"%s", report_dump(transport));
	subject_release(&subject);
	server_stop(&server);
}

Test(python_drivers, asyncpg_and_psycopg_connect_when_created)
{
	struct server server = {0};
	struct subject subject;
	const char *port;

	server_start(&server, SERVER_POSTGRES);
	port = scratch_format("%d", server.port);
	drivers_run(&subject, COMMAND_LIST("postgres", port));
	cr_expect_eq(subject_fact(&subject, "one"), 1);
	cr_expect_eq(subject_fact(&subject, "two"), 2);
	subject_release(&subject);
	drivers_run(&subject, COMMAND_LIST("psycopg", port));
	cr_expect_eq(subject_fact(&subject, "one"), 1);
	cr_expect_eq(subject_fact(&subject, "two"), 2);
	expect_life(&subject, "psycopg.Connection", 1, "at-creation", 1);
	expect_end(&subject, "psycopg.Connection", 1, "refcount");
	expect_life(&subject, "psycopg.AsyncConnection", 1, "at-creation", 1);
	expect_end(&subject, "psycopg.AsyncConnection", 1, "refcount");
	subject_release(&subject);
	server_stop(&server);
}

/*
 * Its synchronous half, from the orm's Session to the pool, waits in a greenlet while a task
 * connects; the AsyncEngine is on no stack at all.
 */
Test(python_drivers, sqlalchemy_connects_in_a_greenlet)
{
	static const char *const owners[] = {"sqlalchemy.pool.impl.AsyncAdaptedQueuePool",
					     "sqlalchemy.future.engine.Engine",
					     "sqlalchemy.ext.asyncio.engine.AsyncEngine",
					     "sqlalchemy.future.engine.Connection",
					     "sqlalchemy.orm.session.Session",
					     "sqlalchemy.ext.asyncio.session.AsyncSession"};
	struct server server = {0};
	struct subject subject;
	const json_t *socket;

	server_start(&server, SERVER_POSTGRES);
	drivers_run(&subject, COMMAND_LIST("alchemy", scratch_format("%d", server.port)));
	cr_expect_eq(subject_fact(&subject, "one"), 1);
	cr_expect_eq(subject_fact(&subject, "two"), 2);
	socket = report_peer(subject.report, 0, server_address(&server));
	cr_expect_eq(report_size(socket, "owners"), 6, "%s", report_dump(socket));
	for (size_t i = 0; i < sizeof(owners) / sizeof(*owners); i++) {
		const json_t *owner = report_object(subject.report, owners[i], 1);

		cr_expect(json_equal(json_array_get(json_object_get(socket, "owners"), i),
				     json_object_get(owner, "id")),
			  "%s: %s", owners[i], report_dump(socket));
	}
	expect_life(&subject, "sqlalchemy.ext.asyncio.engine.AsyncEngine", 1, "on-first-use", 1);
	expect_life(&subject, "sqlalchemy.ext.asyncio.engine.AsyncEngine", 2, "never", 0);
	expect_life(&subject, "sqlalchemy.ext.asyncio.session.AsyncSession", 2, "borrowed", 0);
	expect_life(&subject, "sqlalchemy.orm.session.Session", 2, "borrowed", 0);
	subject_release(&subject);
	server_stop(&server);
}

/* There is no server: MongoDB is not part of Debian. */
Test(python_drivers, pymongo_cannot_connect)
{
	struct subject subject;
	const json_t *client;

	drivers_run(&subject, COMMAND_LIST("mongo"));
	cr_expect_str_eq(subject_fact_text(&subject, "error"), "timeout");
	client = report_object(subject.report, "pymongo.mongo_client.MongoClient", 1);
	cr_expect_geq(report_size(client, "opened"), 1, "%s", report_dump(client));
	cr_expect_geq(report_count(subject.report, "sockets", "match", "thread"), 1, "%s",
		      report_dump(subject.report));
	subject_release(&subject);
}
