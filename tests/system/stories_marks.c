/* Story: which test opened what? Marks left by pytest, by Criterion and by a shell. */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"
#include "subject.h"

FIXTURE_SUITE(stories_marks);

static const char *example(const char *path)
{
	return scratch_source(scratch_format("examples/%s", path));
}

static const json_t *mark_named(const json_t *report, const char *name)
{
	return report_row(report, "marks", "name", name);
}

/* How many of the sockets in a mark are connections to the server. */
static size_t mark_connections(const json_t *report, const char *name, const struct server *server)
{
	const json_t *ids = json_object_get(mark_named(report, name), "sockets"), *id;
	size_t index, count = 0;

	json_array_foreach(ids, index, id)
	{
		const json_t *socket = report_row(report, "sockets", "id", json_string_value(id));

		count += !report_is_null(socket, "peer") &&
			 report_is(socket, "peer", server_address(server));
	}
	return count;
}

static size_t mark_left(const json_t *report, const char *name)
{
	return json_array_size(json_object_get(mark_named(report, name), "open_at_end"));
}

static void pytest_run(struct subject *subject, const struct server *server,
		       const char *const more[])
{
	const char *environment[] = {
		scratch_format("PYTHONPATH=%s", example("pytest_plugin")),
		scratch_format("ORDERS_URL=%s", server_url(server, "hello")),
		scratch_format("SOCKLIFE_COMMAND=%s", scratch_built("socklife")),
		"PYTHONDONTWRITEBYTECODE=1",
		NULL,
	};
	const struct subject_options options = {.way = SUBJECT_RUN,
						.command.environment = environment};

	subject_run(subject, &options,
		    COMMAND_LIST("/usr/bin/python3", "-m", "pytest", "-p", "no:cacheprovider", "-p",
				 "socklife_pytest", "--rootdir", example("pytest_plugin"),
				 example("pytest_plugin/test_orders.py"), more[0], more[1]));
}

/* One of four tests forgets its session: it alone fails, and its message names the line. */
static void expect_the_guilty(const struct subject *subject, const struct server *server)
{
	const char *guilty = "test_orders.py::test_forgets_its_session";

	cr_expect_eq(subject->command.status, 1, "%s", subject->command.out);
	cr_expect_not_null(strstr(subject->command.out, "4 passed, 1 error"), "%s",
			   subject->command.out);
	cr_expect_not_null(strstr(subject->command.out, "test_forgets_its_session\n"));
	cr_expect_not_null(strstr(subject->command.out, "connections: 1 left open\n"), "%s",
			   subject->command.out);
	cr_expect_not_null(strstr(subject->command.out, "test_orders.py:33: s"), "%s",
			   subject->command.out);
	cr_expect_eq(mark_connections(subject->report, guilty, server), 1);
	cr_expect_eq(mark_left(subject->report, guilty), 1);
	cr_expect_eq(mark_connections(subject->report, "test_orders.py::test_closes_its_session",
				      server),
		     1);
	cr_expect_eq(mark_left(subject->report, "test_orders.py::test_closes_its_session"), 0);
}

Test(stories_marks, pytest_fails_the_test_that_leaves_a_connection)
{
	struct server server = {0};
	struct subject subject;

	server_start(&server, SERVER_NGINX);
	pytest_run(&subject, &server, COMMAND_LIST(NULL, NULL));
	expect_the_guilty(&subject, &server);
	cr_expect_eq(mark_connections(subject.report, "session fixture session", &server), 1);
	subject_release(&subject);
	server_stop(&server);
}

Test(stories_marks, pytest_does_so_in_parallel_processes_too)
{
	struct server server = {0};
	struct subject subject;

	server_start(&server, SERVER_NGINX);
	pytest_run(&subject, &server, COMMAND_LIST("-n", "2"));
	expect_the_guilty(&subject, &server);
	subject_release(&subject);
	server_stop(&server);
}

Test(stories_marks, pytest_runs_as_ever_without_a_recording)
{
	struct server server = {0};
	struct command command;
	const struct command_options options = {
		.environment =
			COMMAND_LIST(scratch_format("PYTHONPATH=%s", example("pytest_plugin")),
				     "PYTHONDONTWRITEBYTECODE=1")};

	server_start(&server, SERVER_NGINX);
	setenv("ORDERS_URL", server_url(&server, "hello"), 1);
	command_run(&command,
		    COMMAND_LIST("/usr/bin/python3", "-m", "pytest", "-p", "no:cacheprovider", "-p",
				 "socklife_pytest", example("pytest_plugin/test_orders.py")),
		    &options);
	cr_expect_eq(command.status, 0, "%s", command.out);
	cr_expect_not_null(strstr(command.out, "4 passed"));
	command_release(&command);
	server_stop(&server);
}

Test(stories_marks, criterion_reports_the_test_that_leaves_a_connection)
{
	struct server server = {0};
	struct subject subject;
	struct subject_options options = {.way = SUBJECT_RUN};

	server_start(&server, SERVER_NGINX);
	options.command.environment = COMMAND_LIST(scratch_format("ORDERS_PORT=%d", server.port),
						   "BXFI_MAP");
	subject_run(&subject, &options,
		    COMMAND_LIST(scratch_built("examples/criterion_marks/orders")));
	cr_expect_neq(subject.command.status, 0);
	cr_expect_not_null(
		strstr(subject.command.err, "forgets_its_connection: connections left open: 1"),
		"%s", subject.command.err);
	cr_expect_eq(mark_left(subject.report, "forgets_its_connection"), 1);
	cr_expect_eq(mark_left(subject.report, "closes_its_connection"), 0);
	subject_release(&subject);
	server_stop(&server);
}

/* The shell opens no socket: its marks hold for the commands that it starts. */
Test(stories_marks, shell_marks_hold_for_its_commands)
{
	struct server server = {0};
	struct subject subject;
	struct subject_options options = {.way = SUBJECT_RUN};

	server_start(&server, SERVER_NGINX);
	options.command.environment = COMMAND_LIST(
		scratch_format("PATH=%s:%s", getenv("SOCKLIFE_BUILD"), getenv("PATH")));
	subject_run(&subject, &options,
		    COMMAND_LIST(example("shell_marks/orders.sh"), server_url(&server, "hello")));
	cr_assert_eq(subject.command.status, 0, "%s", subject.command.err);
	cr_expect_eq(report_size(subject.report, "marks"), 3);
	cr_expect_eq(mark_connections(subject.report, "one request", &server), 1);
	cr_expect_eq(mark_connections(subject.report, "two requests, one connection", &server), 1);
	cr_expect_eq(mark_connections(subject.report, "two requests, two connections", &server), 2);
	cr_expect_eq(mark_left(subject.report, "two requests, two connections"), 0);
	cr_expect_eq(report_count(subject.report, "processes", "runtime", "native"),
		     report_size(subject.report, "processes"));
	subject_release(&subject);
	server_stop(&server);
}
