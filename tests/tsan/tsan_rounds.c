#include "tsan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"
#include "recorder.h"

static int shared_fds[SHARED_COUNT]; /* atomic; constant once they are there: 0 is none */

void must(bool is_good, const char *what)
{
	if (is_good)
		return;
	perror(what);
	_exit(2);
}

static int shared_fd(int round)
{
	int fd = __atomic_load_n(&shared_fds[round % SHARED_COUNT], __ATOMIC_ACQUIRE);

	return fd != 0 ? fd : -1;
}

/* ---- as the hooks of the same calls do ---- */

static int fd_socket(void)
{
	int fd = (int)kernel_call3(SYS_socket, AF_INET, SOCK_STREAM, 0);

	must(fd >= 0, "socket");
	recorder_opened(fd, AF_INET, SOCK_STREAM, 0);
	return fd;
}

static void fd_pair(int fds[2])
{
	must(kernel_call4(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, fds) == 0, "socketpair");
	recorder_opened_pair(fds, AF_UNIX, SOCK_STREAM, 0);
}

static int fd_copy(int fd)
{
	int copy = (int)kernel_call1(SYS_dup, fd);

	must(copy >= 0, "dup");
	recorder_duplicated(fd, copy, false);
	return copy;
}

static void fd_close(int fd)
{
	struct recorder_claim claim;
	bool is_claimed = recorder_claim(fd, &claim);

	must(kernel_call1(SYS_close, fd) == 0, "close");
	if (is_claimed)
		recorder_claim_ended(&claim, TRACE_END_CLOSED);
	else if (recorder_was_socket(fd))
		recorder_forget(fd);
}

static void fd_replace(int fd, int by)
{
	struct recorder_claim claim;
	bool is_claimed = recorder_claim(fd, &claim);

	must(kernel_call3(SYS_dup3, by, fd, 0) == fd, "dup3");
	if (is_claimed)
		recorder_claim_ended(&claim, TRACE_END_REPLACED);
	recorder_duplicated(by, fd, false);
}

/* A close() that fails, so that the claim goes back. */
static void fd_close_in_vain(int fd)
{
	struct recorder_claim claim;

	if (recorder_claim(fd, &claim))
		recorder_claim_returned(&claim, EBADF);
}

static void fd_connect(int fd)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(1)};
	struct trace_connect *connecting;
	long result;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	connecting = recorder_connecting(fd, (struct sockaddr *)&address, sizeof(address));
	result = kernel_call3(SYS_connect, fd, &address, sizeof(address));
	/* Now and then all that share it are left to find out how it went. */
	recorder_connect_returned(fd, connecting, result == 0 ? 0 : -1,
				  fd % 2 == 0 ? EINPROGRESS : (int)-result);
}

static void fd_use(int fd, int round)
{
	struct trace_socket *socket = recorder_socket(fd);

	if (socket == NULL)
		return;
	recorder_transferred(socket, fd, RECORDER_SENT, round + 1, 0, true);
	recorder_transferred(socket, fd, RECORDER_RECEIVED, round % 3, 0, true);
	if (round % 20 == 9)
		recorder_transferred(socket, fd, RECORDER_SENT, -1, EPIPE, true);
}

/* ---- rounds ---- */

void shared_open(void)
{
	for (int i = 0; i < SHARED_COUNT && shared_fd(i) < 0; i++) {
		int fd = fd_socket();

		must(fd > 0, "a number other than 0");
		fd_connect(fd);
		__atomic_store_n(&shared_fds[i], fd, __ATOMIC_RELEASE);
	}
}

static void object_live(int fd, int round)
{
	static const char name[] = "tsan.Session";
	struct recorder_object object = {.role = TRACE_ROLE_SESSION,
					 .class_name = recorder_string(name, sizeof(name) - 1),
					 .number = (uint32_t)round};
	uint32_t handle = recorder_object_created(&object);

	recorder_object_constructed(handle);
	recorder_code(object.class_name, object.class_name, (uint32_t)round);
	recorder_link(recorder_socket_id(fd), handle, TRACE_LINK_OWNER, TRACE_MATCH_STACK, 0);
	recorder_object_ended(handle, TRACE_OBJECT_END_REFCOUNT);
}

void round_common(int round)
{
	int fd = fd_socket();
	int copy = fd_copy(fd);
	int pair[2];

	fd_pair(pair);
	fd_connect(fd);
	fd_use(copy, round);
	fd_use(pair[0], round);
	fd_use(shared_fd(round), round);
	object_live(fd, round);
	fd_close(fd);
	fd_close(pair[1]);
	fd_close(copy);
	fd_close(pair[0]);
}

static void fd_visit(int fd, void *context)
{
	*(int *)context += fd > 0;
}

static void shared_renew(int fd)
{
	int fresh = fd_socket();

	fd_replace(fd, fresh);
	fd_close(fresh);
	fd_connect(fd);
}

static void round_describe(int fd, int round)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
	struct trace_socket *socket = recorder_socket(fd);

	recorder_listening(fd, 5);
	recorder_shut_down(fd, SHUT_RD);
	recorder_connect_decided(fd, ECONNREFUSED);
	recorder_cloexec(fd, round & 1);
	recorder_bound(fd, NULL, 0);
	if (socket != NULL)
		recorder_addressed(socket, fd, (struct sockaddr *)&address, sizeof(address),
				   EINPROGRESS);
	recorder_named("tsan.example", (struct sockaddr *)&address, sizeof(address), 1);
}

void round_rare(int round)
{
	int fd = shared_fd(round);
	int seen = 0;

	if (fd < 0)
		return;
	switch (round % 8) {
	case 0:
		recorder_note(round & 8 ? "a remark of the harness" : "a gap in it", round & 8);
		recorder_modules_changed();
		break;
	case 1:
		round_describe(fd, round);
		break;
	case 2:
		recorder_snapshot(TRACE_SNAPSHOT_SIGNAL, SIGUSR2);
		recorder_out_of_descriptors(EMFILE);
		break;
	case 3:
		shared_renew(fd);
		break;
	case 4:
		recorder_exec_failed(recorder_exec("/nowhere"), ENOENT);
		break;
	case 5:
		recorder_passed(fd);
		recorder_received(fd_copy(fd));
		break;
	case 6:
		fd_close_in_vain(fd);
		recorder_closed_again(fd, EBADF);
		break;
	default:
		recorder_each_fd(0, 64, fd_visit, &seen);
		recorder_is_unwinder(&seen);
		recorder_own_fd_yield(recorder_own_fd_from(0));
		recorder_child(1, TRACE_CHILD_FORK, NULL);
	}
}

void round_fork(void)
{
	int status = 1;
	pid_t child = fork();

	must(child >= 0, "fork");
	if (child == 0) {
		recorder_forked();
		round_common(1);
		recorder_exiting(0);
		_exit(0);
	}
	recorder_child((uint32_t)child, TRACE_CHILD_FORK, NULL);
	must(waitpid(child, &status, 0) == child && status == 0, "the child");
}
