/* Stories 1 and 2: what requests.get() and a requests.Session are, over http and https. */
#include "example.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"

FIXTURE_SUITE(stories_requests);

#define SESSION "requests.sessions.Session"

/* Longer than two calls and a pause take on a machine that is busy with other things: 4 was not. */
#define KEEP_ALIVE_S 15

/* Neither the Session that requests made for the call nor what that one made. */
static void expect_no_object(const struct subject *subject, const char *step)
{
	const json_t *object;
	size_t index;

	json_array_foreach(json_object_get(subject->report, "objects"), index, object)
	{
		cr_expect_lt(report_seconds(object, "ended"), example_time_s(subject, step), "%s",
			     report_dump(object));
		cr_expect_str_eq(report_text(object, "end"), "refcount");
	}
	cr_expect_gt(index, 0);
}

Test(stories_requests, get_leaves_nothing)
{
	struct server server = {.keep_alive_s = 600};
	struct subject subject;
	const json_t *socket, *session;

	server_start(&server, SERVER_NGINX);
	example_run(&subject, NULL, "requests_get/get.py",
		    COMMAND_LIST(server_url(&server, "hello")));
	cr_expect_eq(example_step_count(&subject, "after the call"), 0);
	expect_no_object(&subject, "after the call");
	socket = report_peer(subject.report, 0, server_address(&server));
	session = example_instance(&subject, SESSION, 1);
	cr_expect_eq(example_instances(&subject, SESSION), 1);
	example_expect(session, "on-first-use", 1, 0, 0);
	cr_expect(example_has(socket, "owners", session));
	cr_expect_str_eq(report_text(session, "end"), "refcount");
	/* Session.close() in requests.api.request() closes it, before the Session goes. */
	cr_expect_str_eq(report_text(socket, "end"), "closed");
	cr_expect_lt(report_seconds(socket, "closed"), report_seconds(session, "ended"));
	cr_expect(report_is_null(socket, "peer_closed"));
	subject_release(&subject);
	server_stop(&server);
}

static double step_time_s(const struct subject *subject, const char *name)
{
	struct example_step step;

	example_step_read(subject, name, &step);
	return step.time_s;
}

static void first_socket_check(const struct subject *subject, const json_t *first)
{
	double peer_closed = report_seconds(first, "peer_closed");

	cr_expect_str_eq(report_text(first, "tcp_state"), "CLOSE_WAIT");
	cr_expect_str_eq(report_text(first, "end"), "closed");
	/* The kernel had it in ESTABLISHED at the one step and in CLOSE_WAIT at the other. */
	cr_expect(peer_closed > step_time_s(subject, "waited a little") &&
			  peer_closed < step_time_s(subject, "waited for long"),
		  "%s", report_dump(first));
	cr_expect_gt(report_seconds(first, "closed"), peer_closed);
	cr_expect_eq(example_connection(subject, "second use", NULL), first);
	cr_expect_eq(example_connection(subject, "waited a little", NULL), first);
	cr_expect_eq(example_connection(subject, "waited for long", NULL), first);
}

static void session_check(const struct subject *subject, const char *peer)
{
	const json_t *session = example_object(subject, "session");
	const json_t *first = example_connection(subject, "first use", peer);
	const json_t *second = example_connection(subject, "used again", peer);

	cr_expect_eq(example_step_count(subject, "created"), 0);
	cr_expect_neq(first, second);
	first_socket_check(subject, first);
	cr_expect_str_eq(report_text(session, "class"), SESSION);
	cr_expect_str_eq(report_text(session, "role"), "session");
	cr_expect_eq(report_number(session, "number"), 1);
	example_expect(session, "on-first-use", 2, 0, 0);
	cr_expect(example_has(session, "opened", first) && example_has(session, "opened", second));
	/* Innermost first: the HTTP connection, its pool, and the Session last. */
	cr_expect_eq(report_size(first, "owners"), 3, "%s", report_dump(first));
	cr_expect_eq(example_linked(subject, first, "owners", 2), session);
	cr_expect_str_eq(report_text(first, "match"), "stack");
	/* Nobody called close() before `del session`. */
	cr_expect_str_eq(report_text(second, "end"), "finalized");
	cr_expect_eq(example_step_count(subject, "deleted"), 0);
}

Test(stories_requests, a_session_connects_on_first_use)
{
	struct server server = {.keep_alive_s = KEEP_ALIVE_S};
	struct subject subject;

	server_start(&server, SERVER_NGINX);
	example_run(&subject, NULL, "requests_session/session.py",
		    COMMAND_LIST(server_url(&server, "hello")));
	session_check(&subject, server_address(&server));
	subject_release(&subject);
	server_stop(&server);
}

Test(stories_requests, a_session_over_https_connects_on_first_use)
{
	struct server server = {.keep_alive_s = KEEP_ALIVE_S};
	struct subject subject;

	server_start(&server, SERVER_NGINX);
	example_run(&subject, NULL, "requests_session/session.py",
		    COMMAND_LIST(server_tls_url(&server, "hello"), server.certificate));
	session_check(&subject, server_tls_address(&server));
	subject_release(&subject);
	server_stop(&server);
}
