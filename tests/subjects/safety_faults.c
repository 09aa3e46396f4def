/*
 * A little of everything that the recorder has to do with, and what came of each call: the output
 * must be the same whatever fails inside the recorder. Descriptor numbers are part of it.
 */
#include "facts.h"

#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <sys/wait.h>

#define PAIRS 250 /* enough for the trace to grow a few times */

static void tell(const char *what, long long result)
{
	int error = errno;

	printf("%s %lld errno %d\n", what, result, error);
	fflush(stdout);
	errno = 0;
}

static void tell_stream(void)
{
	int listener = listener_open(), client, server, copy;

	tell("listener", listener);
	pair_open(listener, &client, &server);
	tell("client", client);
	tell("server", server);
	tell("send", send(client, "hello", 5, MSG_NOSIGNAL));
	bytes_receive(server, 5);
	copy = dup(client);
	tell("dup", copy);
	tell("dup2", dup2(server, 40));
	tell("cloexec", fcntl(copy, F_SETFD, FD_CLOEXEC));
	tell("close", close(client));
	tell("write", write(copy, "x", 1));
	tell("close again", close(client));
	tell("shutdown", shutdown(copy, SHUT_RDWR));
	tell("send after", send(copy, "y", 1, MSG_NOSIGNAL));
	tell("close copy", close(copy));
	tell("close server", close(server));
	tell("close 40", close(40));
	tell("close listener", close(listener));
}

static void tell_refused(void)
{
	struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "no-such-socket"};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	tell("unix", fd);
	tell("connect", connect(fd, (struct sockaddr *)&path, sizeof(path)));
	tell("recv", recv(fd, &path, 1, 0));
	tell("close", close(fd));
	tell("bad socket", socket(AF_UNIX, 77, 0));
	tell("bad close", close(-1));
	tell("bad send", send(999, "", 1, 0));
}

static void tell_pairs(void)
{
	int fds[2], index, sum = 0;

	for (index = 0; index < PAIRS; index++) {
		MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
		MUST(write(fds[0], "abc", 3) == 3);
		sum += fds[0] + fds[1];
		MUST(close(fds[0]) == 0);
		MUST(close(fds[1]) == 0);
	}
	tell("sum of pairs", sum);
}

static void tell_rights(void)
{
	int fds[2], got;
	char byte = 'r';
	char room[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = {0};
	struct iovec vector = {&byte, 1};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = room,
				 .msg_controllen = sizeof(room)};
	struct cmsghdr *control = CMSG_FIRSTHDR(&message);

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(control), &fds[0], sizeof(int));
	tell("sendmsg", sendmsg(fds[0], &message, MSG_NOSIGNAL));
	tell("recvmsg", recvmsg(fds[1], &message, 0));
	memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	tell("received", got);
	tell("close_range", close_range((unsigned int)fds[0], (unsigned int)got, 0));
}

static void *thread_run(void *context)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in address = loopback(9);

	(void)context;
	tell("datagram", fd);
	tell("sendto", sendto(fd, "d", 1, 0, (struct sockaddr *)&address, sizeof(address)));
	tell("close", close(fd));
	return NULL;
}

static void tell_processes(int kept)
{
	char *const arguments[] = {"no-such-program", NULL};
	pthread_t thread;
	int status;
	pid_t child;

	MUST(pthread_create(&thread, NULL, thread_run, NULL) == 0);
	MUST(pthread_join(thread, NULL) == 0);
	child = fork();
	MUST(child >= 0);
	if (child == 0) {
		tell("child write", write(kept, "c", 1));
		tell("child close", close(kept));
		tell("child exec", execv(arguments[0], arguments));
		_exit(7);
	}
	MUST(waitpid(child, &status, 0) == child);
	tell("child", status);
}

int main(void)
{
	int kept[2];

	errno = 0;
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, kept) == 0);
	tell("first", kept[0]);
	tell_stream();
	tell_refused();
	tell_pairs();
	tell_rights();
	tell_processes(kept[0]);
	return 3;
}
