/* Story 8, HTTP: httpx and aiohttp closed and not closed, and a Session that threads share. */
#include "example.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"

FIXTURE_SUITE(stories_http_clients);

static void expect_life(const struct subject *subject, const char *name, const char *match,
			const char *used, const char *closed, const char *end)
{
	const json_t *socket = example_socket(subject, name);

	example_expect(example_object(subject, name), "on-first-use", 1, 0, 0);
	cr_expect(example_is_open(subject, socket, used), "%s at %s: %s", name, used,
		  report_dump(socket));
	cr_expect_not(example_is_open(subject, socket, closed), "%s at %s: %s", name, closed,
		      report_dump(socket));
	cr_expect_str_eq(report_text(socket, "end"), end, "%s: %s", name, report_dump(socket));
	cr_expect_str_eq(report_text(socket, "match"), match);
	cr_expect_eq(report_size(socket, "users"), 0, "%s", report_dump(socket));
	cr_expect(report_is_null(socket, "peer_closed"), "%s", report_dump(socket));
}

static void expect_last_owner(const struct subject *subject, const char *name, size_t owners)
{
	const json_t *socket = example_socket(subject, name);

	cr_expect_eq(report_size(socket, "owners"), owners, "%s", report_dump(socket));
	cr_expect_eq(example_linked(subject, socket, "owners", owners - 1),
		     example_object(subject, name));
}

/* Without close() the socket outlives its Client: until the collector finds it. */
Test(stories_http_clients, httpx_closed_and_not_closed)
{
	struct server server = {.keep_alive_s = 600};
	struct subject subject;
	const char *address;

	server_start(&server, SERVER_NGINX);
	address = server_address(&server);
	example_run(&subject, NULL, "httpx_client/client.py",
		    COMMAND_LIST(server_url(&server, "hello")));
	cr_expect_eq(example_opened_count(&subject, address), 5);
	cr_expect_eq(example_instances(&subject, "httpx.Client"), 3);
	cr_expect_eq(example_instances(&subject, "httpx.AsyncClient"), 2);
	cr_expect_not(example_is_open(&subject, example_opened(&subject, address, 1), "get"));
	cr_expect_eq(example_step_count(&subject, "client created"), 0);
	cr_expect_eq(example_step_count(&subject, "async client created"), 0);
	expect_life(&subject, "client", "stack", "client used twice", "client closed", "closed");
	expect_life(&subject, "forgotten", "stack", "second client deleted, not closed",
		    "second client collected", "finalized");
	expect_life(&subject, "closing", "task", "async client used twice", "async client closed",
		    "closed");
	expect_life(&subject, "unclosed", "task", "loop closed", "second async client collected",
		    "finalized");
	expect_last_owner(&subject, "client", 1);
	expect_last_owner(&subject, "closing", 1);
	subject_release(&subject);
	server_stop(&server);
}

/* Here the connector's own finalizer tells the loop to close, so the socket goes with the loop: it
 * is finalized all the same. */
Test(stories_http_clients, aiohttp_closed_and_not_closed)
{
	struct server server = {.keep_alive_s = 600};
	struct subject subject;

	server_start(&server, SERVER_NGINX);
	example_run(&subject, NULL, "aiohttp_session/session.py",
		    COMMAND_LIST(server_url(&server, "hello")));
	cr_expect_eq(example_opened_count(&subject, server_address(&server)), 2);
	cr_expect_eq(example_instances(&subject, "aiohttp.client.ClientSession"), 2);
	cr_expect_eq(example_step_count(&subject, "session created"), 0);
	expect_life(&subject, "closing", "stack", "session used twice", "session closed", "closed");
	expect_life(&subject, "unclosed", "stack", "second session deleted, not closed",
		    "loop closed", "finalized");
	expect_last_owner(&subject, "closing", 2);
	expect_last_owner(&subject, "unclosed", 2);
	subject_release(&subject);
	server_stop(&server);
}

/* Each thread at work needs a socket; others find them in the Session's pool. */
Test(stories_http_clients, a_session_shared_by_threads)
{
	struct server server = {.keep_alive_s = 600};
	struct subject subject;
	const json_t *session, *socket;
	size_t nth;

	server_start(&server, SERVER_NGINX);
	example_run(&subject, NULL, "threads_session/threads.py",
		    COMMAND_LIST(server_url(&server, "body")));
	session = example_object(&subject, "session");
	example_expect(session, "on-first-use", 3, 0, 0);
	cr_expect_eq(example_opened_count(&subject, server_address(&server)), 3);
	cr_expect_eq(example_step_count(&subject, "created"), 0);
	cr_expect_eq(example_step_count(&subject, "closed"), 0);
	for (nth = 1; nth <= 3; nth++) {
		socket = example_opened(&subject, server_address(&server), nth);
		cr_expect(example_is_open(&subject, socket, "used by three threads at once"));
		cr_expect(example_is_open(&subject, socket, "used by three others"));
		cr_expect(example_has(socket, "owners", session), "%s", report_dump(socket));
		cr_expect_str_eq(report_text(socket, "match"), "stack");
		cr_expect_eq(report_number(socket, "sends"), 2, "%s", report_dump(socket));
		cr_expect_str_eq(report_text(socket, "end"), "closed");
	}
	subject_release(&subject);
	server_stop(&server);
}
