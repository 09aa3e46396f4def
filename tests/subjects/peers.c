/*
 * Which side ends a connection, and when: the peer is a child that prints when it closes. The
 * argument chooses.
 */
#include "facts.h"

#include <poll.h>
#include <sys/wait.h>

static const struct timespec tenth = {0, 100000000};
static const struct timespec half = {0, 500000000};

struct conversation {
	int client;
	pid_t peer;
};

static void peer_run(int listener, void (*behave)(int server))
{
	int server = accept(listener, NULL, NULL);

	bytes_receive(server, 1);
	/* A pause that the report has to find again; nothing waits for it. */
	nanosleep(&tenth, NULL);
	behave(server);
	exit(0);
}

static struct conversation conversation_start(void (*behave)(int server))
{
	struct conversation conversation = {0};
	int listener = listener_open();

	conversation.peer = fork();
	MUST(conversation.peer >= 0);
	if (conversation.peer == 0)
		peer_run(listener, behave);
	fact("connect_before_ns", time_ns());
	conversation.client = client_open(port_of(listener));
	fact("connect_after_ns", time_ns());
	fact("client", conversation.client);
	bytes_send(conversation.client, 1);
	return conversation;
}

static void conversation_end(const struct conversation *conversation)
{
	int status;

	MUST(close(conversation->client) == 0);
	MUST(waitpid(conversation->peer, &status, 0) == conversation->peer && status == 0);
}

static void hangup_await(int fd)
{
	struct pollfd ready = {fd, POLLRDHUP, 0};

	MUST(poll(&ready, 1, 30000) == 1);
}

static void behave_close(int server)
{
	fact("close_before_ns", time_ns());
	MUST(close(server) == 0);
	fact("close_after_ns", time_ns());
}

static void behave_reset(int server)
{
	const struct linger at_once = {1, 0};

	MUST(setsockopt(server, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) == 0);
	MUST(close(server) == 0);
}

static void behave_wait(int server)
{
	char byte;

	MUST(recv(server, &byte, 1, 0) == 0);
}

/* Nobody reads the end of file, so only the kernel knows of it. */
static void closes_unread(void)
{
	struct conversation conversation = conversation_start(behave_close);

	hangup_await(conversation.client);
	nanosleep(&half, NULL);
	conversation_end(&conversation);
}

static void closes_read(void)
{
	struct conversation conversation = conversation_start(behave_close);
	char byte;

	MUST(recv(conversation.client, &byte, 1, 0) == 0);
	nanosleep(&half, NULL);
	conversation_end(&conversation);
}

/* Still open when the process ends. */
static void closes_at_exit(void)
{
	struct conversation conversation = conversation_start(behave_close);
	int status;

	hangup_await(conversation.client);
	MUST(waitpid(conversation.peer, &status, 0) == conversation.peer);
	exit(0);
}

static void resets_read(void)
{
	struct conversation conversation = conversation_start(behave_reset);
	char byte;

	MUST(recv(conversation.client, &byte, 1, 0) == -1 && errno == ECONNRESET);
	conversation_end(&conversation);
}

static void resets_unread(void)
{
	struct conversation conversation = conversation_start(behave_reset);

	hangup_await(conversation.client);
	conversation_end(&conversation);
}

static void waits(void)
{
	struct conversation conversation = conversation_start(behave_wait);

	conversation_end(&conversation);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"closes-unread", closes_unread},   {"closes-read", closes_read},
		{"closes-at-exit", closes_at_exit}, {"resets-read", resets_read},
		{"resets-unread", resets_unread},   {"waits", waits},
	};

	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]),
			    argc > 1 ? argv[1] : NULL);
}
