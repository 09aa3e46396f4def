/* Traffic that is none, that ends one way only, or that goes past the hooks; the argument chooses.
 */
#include "facts.h"

#include <sys/syscall.h>

static int client, server;

static void peek(void)
{
	char bytes[100];

	bytes_send(client, 100);
	MUST(recv(server, bytes, 60, MSG_PEEK) == 60);
	MUST(recv(server, bytes, 60, MSG_PEEK) == 60);
	bytes_receive(server, 100);
	MUST(recv(server, bytes, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
}

/* Each direction ends by itself: first ours, then the peer's; nothing is broken. */
static void half_closes(void)
{
	char byte;

	bytes_send(client, 70);
	MUST(shutdown(client, SHUT_WR) == 0);
	bytes_receive(server, 70);
	MUST(recv(server, &byte, 1, 0) == 0);
	bytes_send(server, 80);
	MUST(shutdown(server, SHUT_WR) == 0);
	bytes_receive(client, 80);
	MUST(recv(client, &byte, 1, 0) == 0);
}

/* SO_LINGER of 0 makes close() a reset (socket(7), tcp(7)). */
static void reset(void)
{
	struct linger at_once = {1, 0};
	char byte;

	bytes_send(client, 5);
	bytes_receive(server, 5);
	MUST(setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) == 0);
	MUST(close(client) == 0);
	client = -1;
	MUST(recv(server, &byte, 1, MSG_WAITALL) == -1 && errno == ECONNRESET);
	MUST(send(server, &byte, 1, MSG_NOSIGNAL) == -1 && errno == EPIPE);
}

/* Datagrams: three in one call each way. */
static void many_datagrams(void)
{
	struct iovec parts[3] = {{"one", 3}, {"three", 5}, {"seventeen", 9}};
	struct mmsghdr messages[3] = {0};
	char rooms[3][16];
	int pair[2];

	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
	fact("sender", pair[0]);
	fact("receiver", pair[1]);
	for (int i = 0; i < 3; i++) {
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	MUST(sendmmsg(pair[0], messages, 3, 0) == 3);
	for (int i = 0; i < 3; i++)
		parts[i] = (struct iovec){rooms[i], sizeof(rooms[i])};
	MUST(recvmmsg(pair[1], messages, 3, 0, NULL) == 3);
	MUST(recvmmsg(pair[1], messages, 3, MSG_DONTWAIT, NULL) == -1 && errno == EAGAIN);
}

/* No hook sees either direction: the kernel has counted both. */
static void past_the_hooks(void)
{
	char bytes[512] = "";

	MUST(raw_call(SYS_write, client, (long)bytes, 300) == 300);
	bytes_receive(server, 300);
	bytes_send(server, 40);
	MUST(raw_call(SYS_read, client, (long)bytes, 512) == 40);
}

/* stdio writes inside libc, as everybody expects of it. */
static void by_stdio(void)
{
	FILE *stream = fdopen(client, "w");

	MUST(stream != NULL);
	for (int i = 0; i < 100; i++)
		MUST(fputs("a line of twenty-one\n", stream) >= 0);
	MUST(fflush(stream) == 0);
	bytes_receive(server, 2100);
	MUST(fclose(stream) == 0);
	client = -1;
}

/* Of a UNIX socket not even the kernel counts. */
static void pair_by_stdio(void)
{
	int pair[2];
	FILE *stream;

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	stream = fdopen(pair[0], "w");
	MUST(stream != NULL && fputs("six ft", stream) >= 0 && fflush(stream) == 0);
	bytes_receive(pair[1], 6);
	MUST(fclose(stream) == 0 && close(pair[1]) == 0);
}

/* Standard streams need no fdopen(): a program prints to whatever its stdout is. */
static void as_stdout(void)
{
	int out = dup(STDOUT_FILENO);

	fflush(stdout);
	MUST(dup2(client, STDOUT_FILENO) == STDOUT_FILENO);
	MUST(printf("to the peer\n") == 12 && fflush(stdout) == 0);
	MUST(dup2(out, STDOUT_FILENO) == STDOUT_FILENO && close(out) == 0);
	bytes_receive(server, 12);
}

/* dprintf() has no stream that lasts. */
static void printed(void)
{
	MUST(dprintf(client, "%d bytes", 8) == 7);
	MUST(dprintf(client, "%s", "") == 0);
	bytes_receive(server, 7);
}

/* What is in a stream's buffer when it is closed goes out then. */
static void by_stdio_at_close(void)
{
	FILE *stream = fdopen(client, "w");

	MUST(stream != NULL);
	MUST(fputs("eleven more", stream) >= 0);
	MUST(fclose(stream) == 0);
	client = -1;
	bytes_receive(server, 11);
}

/* The other direction: one line is read by the program, the rest of what came with it by stdio. */
static void read_by_stdio(void)
{
	FILE *stream = fdopen(client, "r");
	char line[64];

	MUST(stream != NULL);
	MUST(send(server, "first line\nand the second\n", 26, 0) == 26);
	MUST(fgets(line, sizeof(line), stream) != NULL);
	bytes_send(server, 5);
	MUST(shutdown(server, SHUT_WR) == 0);
	MUST(fclose(stream) == 0);
	client = -1;
}

/* Closed over bytes that have come: nothing was missed, they were never received. */
static void unread(void)
{
	bytes_send(server, 300);
	bytes_receive(client, 100);
	MUST(close(client) == 0);
	client = -1;
}

static void one_unread(void)
{
	bytes_send(server, 1);
	MUST(close(client) == 0);
	client = -1;
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"peek", peek},
		{"half-closes", half_closes},
		{"reset", reset},
		{"many-datagrams", many_datagrams},
		{"past-the-hooks", past_the_hooks},
		{"by-stdio", by_stdio},
		{"pair-by-stdio", pair_by_stdio},
		{"as-stdout", as_stdout},
		{"printed", printed},
		{"by-stdio-at-close", by_stdio_at_close},
		{"read-by-stdio", read_by_stdio},
		{"unread", unread},
		{"one-unread", one_unread},
	};
	int status;

	pair_open(listener_open(), &client, &server);
	fact("client", client);
	fact("server", server);
	status = scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]),
			      argc > 1 ? argv[1] : NULL);
	MUST(client == -1 || close(client) == 0);
	MUST(close(server) == 0);
	return status;
}
