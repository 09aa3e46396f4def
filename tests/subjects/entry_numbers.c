/*
 * entry_numbers functions|numbers: the same lives of the same sockets, by libc's functions or by
 * syscall(); nothing but the way tells the two apart.
 */
#include "facts.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

static bool is_by_number;

#define CALL(name, ...)                                                                            \
	(is_by_number ? (long)syscall(SYS_##name, __VA_ARGS__) : (long)name(__VA_ARGS__))

static int listener, client, server, pair[2];

/* The last of them fails: what the kernel refuses is no socket. */
static void births(void)
{
	struct sockaddr_in address = loopback(0);
	socklen_t size = sizeof(address);

	listener = (int)CALL(socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	MUST(CALL(bind, listener, (struct sockaddr *)&address, size) == 0);
	MUST(CALL(listen, listener, 8) == 0);
	address = loopback(port_of(listener));
	client = (int)CALL(socket, AF_INET, SOCK_STREAM, 0);
	MUST(CALL(connect, client, (struct sockaddr *)&address, size) == 0);
	server = (int)CALL(accept4, listener, NULL, NULL, SOCK_CLOEXEC);
	MUST(CALL(socketpair, AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
	MUST(CALL(socket, AF_INET, 99, 0) == -1 && errno == EINVAL);
	MUST(CALL(accept, client, NULL, NULL) == -1 && errno == EINVAL);
}

static void vectors(void)
{
	char one[4] = "one", two[4] = "two";
	struct iovec parts[2] = {{one, 3}, {two, 3}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	struct mmsghdr messages[2] = {{message, 0}, {message, 0}};

	MUST(CALL(writev, client, parts, 2) == 6 && CALL(readv, server, parts, 2) == 6);
	MUST(CALL(sendmsg, client, &message, 0) == 6 && CALL(recvmsg, server, &message, 0) == 6);
	MUST(CALL(sendmmsg, pair[0], messages, 2, 0) == 2);
	MUST(CALL(recvmmsg, pair[1], messages, 2, 0, NULL) == 2);
}

static void traffic(void)
{
	char bytes[64] = "from a file";
	int file = open("/proc/self/exe", O_RDONLY), pipes[2];

	MUST(CALL(write, client, bytes, 1) == 1 && CALL(read, server, bytes, 64) == 1);
	MUST(CALL(sendto, client, bytes, 2, 0, NULL, 0) == 2);
	MUST(CALL(recvfrom, server, bytes, 64, 0, NULL, NULL) == 2);
	MUST(CALL(pread64, client, bytes, 1, 0) == -1 && errno == ESPIPE);
	MUST(CALL(pwrite64, client, bytes, 1, 0) == -1 && errno == ESPIPE);
	vectors();
	MUST(CALL(sendfile, client, file, NULL, 30) == 30);
	MUST(CALL(recvfrom, server, bytes, 64, MSG_PEEK, NULL, NULL) == 30);
	MUST(pipe(pipes) == 0);
	MUST(CALL(splice, server, NULL, pipes[1], NULL, 30, 0) == 30);
	MUST(CALL(splice, pipes[0], NULL, client, NULL, 20, 0) == 20);
	MUST(CALL(read, server, bytes, 64) == 20);
	MUST(close(file) == 0 && close(pipes[0]) == 0 && close(pipes[1]) == 0);
}

static void refusal(void)
{
	struct sockaddr_in address = loopback(1);
	int fd = (int)CALL(socket, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), error = 0;
	struct pollfd writable = {.fd = fd, .events = POLLOUT};
	socklen_t size = sizeof(error);

	MUST(CALL(connect, fd, (struct sockaddr *)&address, sizeof(address)) == -1);
	if (errno == EINPROGRESS) {
		MUST(poll(&writable, 1, -1) == 1);
		MUST(CALL(getsockopt, fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0);
		MUST(error == ECONNREFUSED);
	}
	MUST(CALL(close, fd) == 0);
}

/* The same socket comes back by SCM_RIGHTS, as one number more. */
static void pass(void)
{
	char byte = 'p', control[CMSG_SPACE(sizeof(int))] = "";
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int fd;

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &client, sizeof(client));
	MUST(CALL(sendmsg, pair[0], &message, 0) == 1);
	MUST(CALL(recvmsg, pair[1], &message, 0) == 1);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	MUST(CALL(close, client) == 0);
	client = fd;
}

static void numbers(void)
{
	int copy = (int)CALL(dup, client), other = (int)CALL(fcntl, client, F_DUPFD, 40);

	MUST(CALL(dup3, client, 50, O_CLOEXEC) == 50);
	MUST(CALL(dup2, copy, 51) == 51);
	MUST(CALL(dup2, client, pair[1]) == pair[1]);
	MUST(CALL(dup2, -1, client) == -1 && errno == EBADF);
	MUST(CALL(close_range, 50, 51, 0) == 0);
	MUST(CALL(close, copy) == 0 && CALL(close, other) == 0 && CALL(close, pair[1]) == 0);
	MUST(CALL(close, copy) == -1 && errno == EBADF);
}

/* Whether its sockets go with an exec is all that is asked of it. */
static void child_becomes(const char *program)
{
	char *const arguments[] = {(char *)program, (char *)"-c", (char *)":", NULL};

	MUST(CALL(ioctl, client, FIOCLEX) == 0);
	MUST(CALL(fcntl, pair[0], F_SETFD, FD_CLOEXEC) == 0);
	MUST(CALL(execve, "/nowhere", arguments, environ) == -1);
	CALL(execve, program, arguments, environ);
	_exit(99);
}

static void children(void)
{
	int status;
	pid_t child = is_by_number ? (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) : fork();

	if (child == 0)
		child_becomes("/bin/sh");
	MUST(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 0);
	child = is_by_number ? (pid_t)syscall(SYS_fork) : fork();
	if (child == 0) {
		bytes_send(client, 7);
		if (is_by_number)
			syscall(SYS_exit, 5);
		_exit(5);
	}
	MUST(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 5);
	bytes_receive(server, 7);
}

int main(int argc, char *argv[])
{
	is_by_number = argc == 2 && strcmp(argv[1], "numbers") == 0;
	births();
	traffic();
	refusal();
	pass();
	numbers();
	children();
	MUST(CALL(shutdown, client, SHUT_WR) == 0);
	MUST(CALL(close, client) == 0);
	if (is_by_number)
		syscall(SYS_exit_group, 0);
	_exit(0);
}
