/*
 * Sick programs and their healed twins in C: sockets that are no client's connections. Called as:
 * gallery_left FUNCTION HOST PORT, HOST an IPv4 address. The line with the comment "<- NAME" is the
 * one that a finding on the function NAME_sick has to name.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIMES 3

static struct sockaddr_in server;

static void must(int is_done, const char *what)
{
	if (is_done)
		return;
	perror(what);
	exit(1);
}

static void reach_nobody(bool is_closed)
{
	struct sockaddr_in nobody = server;

	nobody.sin_port = htons(1);
	for (int i = 0; i < TIMES; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0); /* <- leaked_failed */

		must(connect(fd, (const struct sockaddr *)&nobody, sizeof(nobody)) < 0, "no one");
		if (is_closed)
			close(fd);
	}
}

static void tell(bool is_closed)
{
	for (int i = 0; i < TIMES; i++) {
		int fd = socket(AF_INET, SOCK_DGRAM, 0); /* <- leaked_datagram */

		must(sendto(fd, "hello", 5, 0, (const struct sockaddr *)&server, sizeof(server)) ==
			     5,
		     "sendto");
		if (is_closed)
			close(fd);
	}
}

/* Each stays for so many exchanges that nobody would ask for one connection instead. */
static void visit(void)
{
	char answer[8];

	for (int i = 0; i < TIMES; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		must(connect(fd, (const struct sockaddr *)&server, sizeof(server)) == 0, "connect");
		for (int j = 0; j < 10; j++) {
			must(send(fd, "hello", 5, MSG_NOSIGNAL) == 5, "send");
			must(recv(fd, answer, sizeof(answer), 0) == 5, "recv");
		}
		close(fd);
	}
}

static void serve(int listener, bool is_closed)
{
	char request[8];

	for (int i = 0; i < TIMES; i++) {
		int fd = accept(listener, NULL, NULL); /* <- leaked_accepted */
		ssize_t received;

		must(fd >= 0, "accept");
		while ((received = recv(fd, request, sizeof(request), 0)) > 0)
			must(send(fd, request, (size_t)received, MSG_NOSIGNAL) == received, "send");
		if (is_closed)
			close(fd);
	}
}

/* Goes on for longer than a server that is about to end may take to close. */
static void be_visited(bool is_closed)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t size = sizeof(server);
	pid_t clients;

	server.sin_port = 0;
	must(bind(listener, (const struct sockaddr *)&server, sizeof(server)) == 0, "bind");
	must(listen(listener, TIMES) == 0, "listen");
	must(getsockname(listener, (struct sockaddr *)&server, &size) == 0, "getsockname");
	clients = fork();
	if (clients == 0) {
		visit();
		_exit(0);
	}
	serve(listener, is_closed);
	waitpid(clients, NULL, 0);
	usleep(800000);
	close(listener);
}

static const struct {
	const char *name;
	void (*run)(bool is_closed);
} pairs[] = {
	{"leaked_failed", reach_nobody},
	{"leaked_datagram", tell},
	{"leaked_accepted", be_visited},
};

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	server.sin_family = AF_INET;
	server.sin_port = htons((unsigned short)atoi(argv[3]));
	inet_pton(AF_INET, argv[2], &server.sin_addr);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		size_t length = strlen(pairs[i].name);

		if (strncmp(pairs[i].name, argv[1], length) != 0)
			continue;
		pairs[i].run(strcmp(argv[1] + length, "_healed") == 0);
		return 0;
	}
	return 2;
}
