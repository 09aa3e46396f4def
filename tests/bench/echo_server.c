/*
 * `echo_server tcp|unix|sink`: sends back what it gets, but as `sink` only takes it (over TCP), one
 * connection after another, until it is killed. Prints where it listens, as loopback_connect()
 * takes it. Never recorded: the workloads are what is measured.
 */
#include "loopback.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static void connection_serve(int fd, bool is_sink)
{
	char message[4096];
	ssize_t size;

	while ((size = recv(fd, message, sizeof(message), 0)) > 0)
		if (!is_sink && send(fd, message, (size_t)size, MSG_NOSIGNAL) != size)
			break;
	close(fd);
}

static int listener_open(struct sockaddr *address, socklen_t size)
{
	int fd = socket(address->sa_family, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, address, size) != 0 || listen(fd, 128) != 0)
		err(1, "listen");
	return fd;
}

static int tcp_listen(void)
{
	struct sockaddr_in address = loopback_address(0);
	socklen_t size = sizeof(address);
	int fd = listener_open((struct sockaddr *)&address, size);

	if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
		err(1, "getsockname");
	loopback_reset_accepted(fd);
	printf("%u\n", (unsigned int)ntohs(address.sin_port));
	return fd;
}

static int unix_listen(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "socklife-bench-%d", getpid());
	printf("@%s\n", address.sun_path + 1);
	return listener_open((struct sockaddr *)&address, loopback_unix_size(address.sun_path + 1));
}

int main(int argc, char **argv)
{
	bool is_sink = argc == 2 && strcmp(argv[1], "sink") == 0;
	int listener;

	if (argc != 2)
		errx(2, "usage: %s tcp|unix|sink", argv[0]);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	listener = strcmp(argv[1], "unix") == 0 ? unix_listen() : tcp_listen();
	fflush(stdout);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd >= 0)
			connection_serve(fd, is_sink);
	}
}
