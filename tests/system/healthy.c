/* Well-known programs and well-written ones: no finding on them is more than a note. */
#include <signal.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"
#include "subject.h"

FIXTURE_SUITE(healthy);

static void expect_health(const struct subject *subject)
{
	const json_t *finding;
	size_t index;

	cr_expect_eq(subject->command.status, 0, "%s", subject->command.err);
	cr_expect_gt(report_size(subject->report, "sockets"), 0);
	json_array_foreach(json_object_get(subject->report, "findings"), index, finding)
	{
		cr_expect_str_eq(report_text(finding, "severity"), "note", "%s",
				 report_dump(finding));
	}
}

static void expect_notes_only(const char *const argv[])
{
	const struct subject_options options = {.way = SUBJECT_RUN};
	struct subject subject;

	subject_run(&subject, &options, argv);
	expect_health(&subject);
	subject_release(&subject);
}

static void python_runs(const char *function, enum server_kind kind)
{
	struct server server = {0};

	server_start(&server, kind);
	expect_notes_only(COMMAND_LIST("/usr/bin/python3",
				       scratch_source("tests/subjects/healthy.py"), function,
				       "127.0.0.1", scratch_format("%d", server.port)));
	server_stop(&server);
}

Test(healthy, curl_and_wget)
{
	struct server server = {0};
	const char *url;

	server_start(&server, SERVER_NGINX);
	url = server_url(&server, "hello");
	expect_notes_only(COMMAND_LIST("curl", "-s", "-S", url, url, url));
	expect_notes_only(COMMAND_LIST("wget", "-q", "-O", "/dev/null", url, url, url));
	server_stop(&server);
}

Test(healthy, psql)
{
	struct server server = {0};

	server_start(&server, SERVER_POSTGRES);
	expect_notes_only(COMMAND_LIST("psql", "-h", "127.0.0.1", "-p",
				       scratch_format("%d", server.port), "-U", "tester", "-c",
				       "SELECT 1", "postgres"));
	server_stop(&server);
}

Test(healthy, redis_cli)
{
	struct server server = {0};

	server_start(&server, SERVER_REDIS);
	expect_notes_only(COMMAND_LIST("redis-cli", "-p", scratch_format("%d", server.port), "-r",
				       "5", "ping"));
	server_stop(&server);
}

Test(healthy, sqlalchemy_with_its_pool)
{
	python_runs("sqlalchemy_pool", SERVER_POSTGRES);
}

Test(healthy, requests_with_a_session)
{
	python_runs("requests_session", SERVER_NGINX);
}

Test(healthy, urllib3_pools_downloading)
{
	python_runs("urllib3_downloads", SERVER_NGINX);
}

Test(healthy, aiohttp_with_a_session)
{
	python_runs("aiohttp_session", SERVER_NGINX);
}

/* Sixty requests of four threads. */
static void load(const struct server *server)
{
	struct command command;

	command_run(&command,
		    COMMAND_LIST("/usr/bin/python3", scratch_source("tests/subjects/healthy.py"),
				 "urllib3_downloads", "127.0.0.1",
				 scratch_format("%d", server->port)),
		    NULL);
	cr_expect_eq(command.status, 0, "%s", command.err);
	command_release(&command);
}

/* Under load, with its workers exchanged in between. */
static void gunicorn_serves(const char *worker_class)
{
	struct subject_options options = {.way = SUBJECT_RUN};
	struct server server = {.worker_class = worker_class};
	struct subject subject;

	server_prepare(&server, SERVER_GUNICORN);
	options.command.directory = server.directory;
	subject_start(&subject, &options, server.arguments);
	server_await(&server, &subject.command);
	load(&server);
	cr_assert_eq(kill(server_pid(&server), SIGHUP), 0);
	load(&server);
	server_drain(&server);
	cr_assert_eq(kill(server_pid(&server), server.stop_signal), 0);
	subject_finish(&subject);
	expect_health(&subject);
	cr_expect_gt(report_sockets_of(subject.report, 0, "accept"), 0);
	subject_release(&subject);
}

Test(healthy, gunicorn_under_load)
{
	gunicorn_serves("sync");
}

Test(healthy, gunicorn_with_threads_under_load)
{
	gunicorn_serves("gthread");
}
