/*
 * The loopback address that the workloads and their server meet at. Ends the program when a call
 * fails: a benchmark with a failed call measures nothing.
 */
#ifndef SOCKLIFE_BENCH_LOOPBACK_H
#define SOCKLIFE_BENCH_LOOPBACK_H

#include <err.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define MESSAGE_SIZE_BYTES 64

static inline struct sockaddr_in loopback_address(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

/*
 * What a listener accepts is reset when it is closed after the client, so that no connection is
 * left in TIME_WAIT: with thousands of them, the search for a free port is what would be measured.
 */
static inline void loopback_reset_accepted(int listener)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};

	if (setsockopt(listener, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) != 0)
		err(1, "SO_LINGER");
}

/* Of an abstract name (unix(7)). */
static inline socklen_t loopback_unix_size(const char *name)
{
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
}

static inline int loopback_connect_to(const struct sockaddr *address, socklen_t size)
{
	int fd = socket(address->sa_family, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, address, size) != 0)
		err(1, "connect");
	return fd;
}

/* A port, or "@" and an abstract name. */
static inline int loopback_connect(const char *where)
{
	struct sockaddr_in tcp = loopback_address((uint16_t)strtoul(where, NULL, 10));
	struct sockaddr_un local = {.sun_family = AF_UNIX};

	if (where[0] != '@')
		return loopback_connect_to((struct sockaddr *)&tcp, sizeof(tcp));
	snprintf(local.sun_path + 1, sizeof(local.sun_path) - 1, "%s", where + 1);
	return loopback_connect_to((struct sockaddr *)&local, loopback_unix_size(where + 1));
}

static inline void loopback_exchange(int fd)
{
	char message[MESSAGE_SIZE_BYTES] = {0};

	if (send(fd, message, sizeof(message), 0) != sizeof(message) ||
	    recv(fd, message, sizeof(message), MSG_WAITALL) != sizeof(message))
		err(1, "exchange");
}

/* Most workloads are called PROGRAM WHERE COUNT. */
static inline long loopback_arguments(int argc, char **argv, const char **where)
{
	if (argc != 3)
		errx(2, "usage: %s WHERE COUNT", argv[0]);
	*where = argv[1];
	return strtol(argv[2], NULL, 10);
}

#endif
