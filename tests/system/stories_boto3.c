/* Stories 4 to 6: what boto3's clients and Sessions are. */
#include "example.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"

FIXTURE_SUITE(stories_boto3);

#define CLIENT "botocore.client.RDS"

/* The socket went with the client, and nobody called close(). */
static void expect_gone(const struct subject *subject, const char *name, const char *end,
			const char *step)
{
	const json_t *client = example_object(subject, name);
	const json_t *socket = example_socket(subject, name);

	cr_expect_str_eq(report_text(client, "class"), CLIENT);
	example_expect(client, "on-first-use", 1, 0, 0);
	cr_expect_str_eq(report_text(client, "end"), end);
	cr_expect_str_eq(report_text(socket, "end"), "finalized");
	cr_expect_not(example_is_open(subject, socket, step));
}

static void expect_stays(const struct subject *subject, const char *name, const char *step)
{
	const json_t *client = example_object(subject, name);
	const json_t *socket = example_socket(subject, name);

	cr_expect_str_eq(report_text(client, "class"), CLIENT);
	example_expect(client, "on-first-use", 1, 0, 1);
	cr_expect_str_eq(report_text(client, "end"), "exit");
	cr_expect(example_has(client, "open_at_end", socket));
	cr_expect(example_is_open(subject, socket, step));
}

/* boto3's Session has a botocore Session, which makes the clients. */
static const json_t *session_of(const struct subject *subject, const json_t *client)
{
	const json_t *inner = example_maker(subject, client);

	cr_expect_str_eq(report_text(inner, "class"), "botocore.session.Session");
	return example_maker(subject, inner);
}

Test(stories_boto3, a_client_is_connected_while_it_lives)
{
	struct server server = {0};
	struct subject subject;
	const json_t *kept;

	server_start(&server, SERVER_RDS);
	example_run(&subject, NULL, "boto3_client/client.py",
		    COMMAND_LIST(server_url(&server, "")));
	expect_gone(&subject, "unnamed", "refcount", "straight off the constructor");
	expect_gone(&subject, "local", "refcount", "local client, returned");
	expect_gone(&subject, "with handler", "gc", "local client with a handler, collected");
	expect_stays(&subject, "kept", "global client, used in a function");
	expect_stays(&subject, "global", "global client, used in a function");
	kept = example_socket(&subject, "kept");
	cr_expect_not(example_is_open(&subject, kept, "client created"));
	cr_expect(example_is_open(&subject, kept, "client in a variable"));
	cr_expect(example_is_open(&subject, kept, "client in a variable, used again"));
	cr_expect(example_is_open(&subject, example_socket(&subject, "local"),
				  "local client, inside"));
	cr_expect(example_is_open(&subject, example_socket(&subject, "with handler"),
				  "local client with a handler, returned"));
	cr_expect_eq(example_instances(&subject, CLIENT), 5);
	cr_expect_eq(example_opened_count(&subject, server_address(&server)), 5);
	subject_release(&subject);
	server_stop(&server);
}

static void expect_session(const struct subject *subject, const char *region, size_t number)
{
	const json_t *session = example_object(subject, region);
	const json_t *client = example_instance(subject, CLIENT, (long long)number);
	const json_t *socket;

	cr_expect_str_eq(report_text(session, "class"), "boto3.session.Session");
	example_expect(session, "never", 0, 0, 0);
	example_expect(client, "on-first-use", 1, 0, 0);
	cr_expect_eq(session_of(subject, client), session, "%s", report_dump(client));
	socket = example_linked(subject, client, "opened", 0);
	cr_expect_not(example_is_open(subject, socket, scratch_format("%s described", region)));
	cr_expect_not(example_has(socket, "owners", session));
}

Test(stories_boto3, sessions_own_no_socket)
{
	struct server server = {0};
	struct subject subject;

	server_start(&server, SERVER_RDS);
	example_run(&subject, NULL, "boto3_sessions/sessions.py",
		    COMMAND_LIST(server_url(&server, "")));
	expect_session(&subject, "eu-west-1", 1);
	expect_session(&subject, "us-east-1", 2);
	cr_expect_eq(example_instances(&subject, "boto3.session.Session"), 2);
	cr_expect_eq(example_opened_count(&subject, server_address(&server)), 2);
	subject_release(&subject);
	server_stop(&server);
}

static void expect_client(const struct subject *subject, const char *region, const char *peer)
{
	const json_t *socket = example_connection(subject, "described", peer);

	cr_expect_eq(example_socket(subject, region), socket);
	cr_expect_eq(example_connection(subject, "described again", peer), socket);
	cr_expect_eq(report_size(socket, "users"), 0);
	expect_stays(subject, region, "described again");
}

Test(stories_boto3, every_client_in_a_list_stays_connected)
{
	struct server first = {0}, second = {0};
	struct subject subject;

	server_start(&first, SERVER_RDS);
	server_start(&second, SERVER_RDS);
	example_run(&subject, NULL, "boto3_clients/clients.py",
		    COMMAND_LIST(server_url(&first, ""), server_url(&second, "")));
	cr_expect_eq(example_step_count(&subject, "clients created"), 0);
	expect_client(&subject, "eu-west-1", server_address(&first));
	expect_client(&subject, "us-east-1", server_address(&second));
	subject_release(&subject);
	server_stop(&second);
	server_stop(&first);
}
