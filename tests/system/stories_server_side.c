/* Story 7: which handles are sessions to PostgreSQL, by its own pg_stat_activity. */
#include <stdio.h>
#include <string.h>

#include "example.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"

FIXTURE_SUITE(stories_server_side);

#define PREFIX "\nserver session "

/* The program prints a line for each of the server's sessions: its port here, and its name. */
static void expect_server_session(const struct subject *subject, const char *line)
{
	const json_t *socket, *object;
	char name[32];
	int port;

	cr_assert_eq(sscanf(line, "%d=%*f %31s", &port, name), 2, "%s", line);
	socket = report_local(subject->report, 0, scratch_format("127.0.0.1:%d", port));
	object = example_object(subject, name);
	cr_expect(example_is_open(subject, socket, "asked"), "%s", report_dump(socket));
	cr_expect(example_has(socket, "owners", object), "%s of %s", name, report_dump(socket));
	cr_expect(example_has(object, "open_at_end", socket), "%s", report_dump(object));
}

static size_t expect_server_sessions(const struct subject *subject)
{
	const char *line = subject->command.out;
	size_t count = 0;

	while ((line = strstr(line, PREFIX)) != NULL) {
		line += strlen(PREFIX);
		expect_server_session(subject, line);
		count++;
	}
	return count;
}

/* The drivers' handles that own a socket which is open at the step; each must have just one. */
static size_t handles_connected(const struct subject *subject, const char *class)
{
	const json_t *object, *socket;
	size_t index, other, count = 0;

	json_array_foreach(json_object_get(subject->report, "objects"), index, object)
	{
		if (!report_is(object, "class", class))
			continue;
		cr_expect_eq(report_size(object, "opened"), 1, "%s", report_dump(object));
		json_array_foreach(json_object_get(subject->report, "sockets"), other, socket)
		{
			count += example_has(object, "opened", socket) &&
				 example_is_open(subject, socket, "asked");
		}
	}
	return count;
}

static void expect_no_session(const struct subject *subject, const char *name, const char *end)
{
	const json_t *handle = example_object(subject, name);

	example_expect(handle, "at-creation", 1, 0, 0);
	cr_expect_str_eq(report_text(example_socket(subject, name), "end"), end);
}

Test(stories_server_side, connected_handles_are_the_servers_sessions)
{
	struct server server = {0};
	struct subject subject;
	size_t sessions;

	server_start(&server, SERVER_POSTGRES);
	example_run(&subject, NULL, "pg_stat_activity/handles.py",
		    COMMAND_LIST(scratch_format("postgresql://tester@%s/postgres",
						server_address(&server))));
	sessions = expect_server_sessions(&subject);
	cr_expect_eq(sessions, 5, "%s", subject.command.out);
	cr_expect_eq(sessions, example_step_count(&subject, "asked"));
	cr_expect_eq(sessions, handles_connected(&subject, "psycopg2.extensions.connection") +
				       handles_connected(&subject, "psycopg.Connection"));
	expect_no_session(&subject, "closed", "closed");
	expect_no_session(&subject, "lost", "finalized");
	expect_no_session(&subject, "dropped", "finalized");
	example_expect(example_object(&subject, "unused"), "never", 0, 0, 0);
	example_expect(example_object(&subject, "busy"), "on-first-use", 1, 0, 1);
	example_expect(example_object(&subject, "engine"), "on-first-use", 2, 0, 2);
	subject_release(&subject);
	server_stop(&server);
}
