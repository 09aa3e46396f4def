/*
 * What entry_variants.c and entry_failing.c share: a stream's or a datagram's two sockets, and the
 * truth about them. A line a socket and process: truth=PID COOKIE END SENT RECEIVED.
 */
#ifndef SOCKLIFE_TESTS_VARIANTS_H
#define SOCKLIFE_TESTS_VARIANTS_H

#include "facts.h"

static bool is_datagram;
static int listener, client, server;

static UNUSED long long cookie_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	MUST(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) == 0);
	return (long long)cookie;
}

/* Before the socket's end, which is the one that will be. */
static UNUSED void truth_in(pid_t pid, int fd, const char *end, int sent, int received)
{
	printf("truth=%d %lld %s %d %d\n", (int)pid, cookie_of(fd), end, sent, received);
	fflush(stdout);
}

static UNUSED void truth(int fd, const char *end, int sent, int received)
{
	truth_in(getpid(), fd, end, sent, received);
}

static UNUSED void datagrams_open(int *one, int *other)
{
	struct sockaddr_in address = loopback(0);
	int *fds[] = {one, other};

	for (int i = 0; i < 2; i++) {
		*fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
		MUST(*fds[i] >= 0);
		address.sin_port = 0;
		MUST(bind(*fds[i], (struct sockaddr *)&address, sizeof(address)) == 0);
	}
	for (int i = 0; i < 2; i++) {
		address.sin_port = htons((uint16_t)port_of(*fds[1 - i]));
		MUST(connect(*fds[i], (struct sockaddr *)&address, sizeof(address)) == 0);
	}
}

static UNUSED void two_open(int *one, int *other)
{
	if (is_datagram)
		datagrams_open(one, other);
	else
		pair_open(listener, one, other);
}

static UNUSED void exchange(int from, int to, size_t size)
{
	bytes_send(from, size);
	bytes_receive(to, size);
}

static UNUSED int variants_run(const struct scenario *scenarios, size_t count, int argc,
			       char *argv[])
{
	MUST(argc == 3);
	is_datagram = strcmp(argv[2], "datagram") == 0;
	listener = listener_open();
	two_open(&client, &server);
	MUST(scenario_run(scenarios, count, argv[1]) == 0);
	close(client);
	close(server);
	return close(listener);
}

#endif
