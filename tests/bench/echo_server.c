/*
 * Sends back what it gets, one connection after another, until it is killed. Prints its port. Never
 * recorded: the workloads are what is measured.
 */
#include "loopback.h"

#include <stdio.h>
#include <sys/prctl.h>
#include <signal.h>
#include <unistd.h>

static void connection_serve(int fd)
{
	char message[4096];
	ssize_t size;

	while ((size = recv(fd, message, sizeof(message), 0)) > 0)
		if (send(fd, message, (size_t)size, MSG_NOSIGNAL) != size)
			break;
	close(fd);
}

int main(void)
{
	struct sockaddr_in address = loopback_address(0);
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(listener, 128) != 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &size) != 0)
		err(1, "listen");
	printf("%u\n", (unsigned int)ntohs(address.sin_port));
	fflush(stdout);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd >= 0)
			connection_serve(fd);
	}
}
