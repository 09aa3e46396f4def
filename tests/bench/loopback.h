/*
 * The loopback address that the workloads and their server meet at. Ends the program when a call
 * fails: a benchmark with a failed call measures nothing.
 */
#ifndef SOCKLIFE_BENCH_LOOPBACK_H
#define SOCKLIFE_BENCH_LOOPBACK_H

#include <err.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#define MESSAGE_SIZE_BYTES 64

static inline struct sockaddr_in loopback_address(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

static inline int loopback_connect(uint16_t port)
{
	struct sockaddr_in address = loopback_address(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		err(1, "connect");
	return fd;
}

static inline void loopback_exchange(int fd)
{
	char message[MESSAGE_SIZE_BYTES] = {0};

	if (send(fd, message, sizeof(message), 0) != sizeof(message) ||
	    recv(fd, message, sizeof(message), MSG_WAITALL) != sizeof(message))
		err(1, "exchange");
}

/* Both workloads are called PROGRAM PORT COUNT. */
static inline long loopback_arguments(int argc, char **argv, uint16_t *port)
{
	if (argc != 3)
		errx(2, "usage: %s PORT COUNT", argv[0]);
	*port = (uint16_t)strtoul(argv[1], NULL, 10);
	return strtol(argv[2], NULL, 10);
}

#endif
