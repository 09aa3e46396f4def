/*
 * Calls that fail, or that only a wrapper would get wrong. What it prints is the same on every run,
 * so a recorded run must print what a bare one does.
 */
#include "facts.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static int line_number;

/* errno is set to something first: a call that succeeds must leave it alone. */
#define TELL(call)                                                                                 \
	do {                                                                                       \
		long long result_;                                                                 \
		errno = 7777;                                                                      \
		result_ = (long long)(call);                                                       \
		printf("%d %s = %lld %d\n", ++line_number, #call, result_, errno);                 \
	} while (0)

static void tell_bad_descriptors(void)
{
	char byte = 0;
	struct sockaddr_in address = loopback(1);
	struct iovec part = {&byte, 1};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};

	TELL(close(-1));
	TELL(close(77));
	TELL(close(1 << 30));
	TELL(connect(77, (struct sockaddr *)&address, sizeof(address)));
	TELL(bind(-1, (struct sockaddr *)&address, sizeof(address)));
	TELL(listen(77, 1));
	TELL(accept(77, NULL, NULL));
	TELL(accept4(0, NULL, NULL, 0));
	TELL(shutdown(0, SHUT_RDWR));
	TELL(send(77, &byte, 1, 0));
	TELL(send(0, &byte, 1, 0));
	TELL(recv(0, &byte, 1, 0));
	TELL(sendmsg(77, &header, 0));
	TELL(recvmsg(77, &header, 0));
	TELL(readv(77, &part, 1));
	TELL(writev(77, &part, 1));
	TELL(dup(77));
	TELL(dup2(77, 5));
	TELL(dup2(0, -1));
	TELL(dup3(0, 0, 0));
	TELL(fcntl(77, F_DUPFD, 0));
	TELL(fcntl(0, F_DUPFD, -1));
	TELL(fcntl(77, F_SETFD, FD_CLOEXEC));
	TELL(close_range(9, 5, 0));
	TELL(close_range(70, 80, 1U << 20));
	TELL(syscall(SYS_close, 77));
	TELL(syscall(SYS_getpid) == getpid());
	TELL(syscall(99999));
}

static void tell_sockets(void)
{
	struct sockaddr_in nowhere = loopback(1);
	int listener = listener_open(), client, server;
	char bytes[8];

	TELL(socket(AF_INET, 99, 0));
	TELL(socket(9999, SOCK_STREAM, 0));
	TELL(socketpair(AF_INET, SOCK_STREAM, 0, (int[2]){0, 0}));
	pair_open(listener, &client, &server);
	TELL(client);
	TELL(connect(client, (struct sockaddr *)&nowhere, sizeof(nowhere)));
	TELL(connect(client, NULL, 0));
	TELL(listen(client, 1));
	TELL(recv(client, bytes, sizeof(bytes), MSG_DONTWAIT));
	TELL(send(client, bytes, 8, 0));
	TELL(send(client, NULL, 8, 0));
	TELL(send(client, bytes, 0, 0));
	TELL(recv(server, bytes, 0, 0));
	TELL(recv(server, bytes, 8, MSG_PEEK));
	TELL(recv(server, bytes, 8, 0));
	TELL(fcntl(client, F_SETFL, O_NONBLOCK));
	TELL(read(client, bytes, 8));
	TELL(shutdown(client, 42));
	TELL(shutdown(client, SHUT_WR));
	TELL(send(client, bytes, 1, MSG_NOSIGNAL));
	TELL(recv(server, bytes, 8, 0));
	TELL(close(client));
	TELL(close(client));
	TELL(send(client, bytes, 1, 0));
	TELL(accept4(listener, NULL, NULL, 1 << 30));
	TELL(close(server));
	TELL(close(listener));
}

/* As daemons do at their start: a recorder's own descriptors must not turn up here. */
static void tell_descriptors(void)
{
	int listener = listener_open(), open_count = 0, closed_count = 0, fd;

	for (fd = 3; fd < 1024; fd++)
		open_count += fcntl(fd, F_GETFD) != -1;
	TELL(open_count);
	for (fd = 3; fd < 1024; fd++)
		closed_count += close(fd) == 0;
	TELL(closed_count);
	TELL(listener_open() == listener);
	closefrom(3);
	TELL(open("/dev/null", O_RDONLY));
	TELL(close_range(3, ~0U, 0));
	TELL(listener_open());
}

int main(void)
{
	tell_bad_descriptors();
	tell_sockets();
	tell_descriptors();
	return 0;
}
