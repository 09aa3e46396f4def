/*
 * Each way that a socket is born, moves and dies, on a stream and on a datagram socket. Called with
 * OPERATION KIND.
 */
#include "variants.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

extern char **environ;

static void wait_for(pid_t child)
{
	int status;

	MUST(child > 0 && waitpid(child, &status, 0) == child);
	MUST(status == 0);
}

/* ---- births ---- */

static void by_socket(void)
{
	truth(client, "closed", 11, 0);
	truth(server, "closed", 0, 11);
	exchange(client, server, 11);
}

static void by_socketpair(void)
{
	int pair[2];

	MUST(socketpair(AF_UNIX, is_datagram ? SOCK_DGRAM : SOCK_STREAM, 0, pair) == 0);
	truth(pair[0], "closed", 12, 0);
	truth(pair[1], "closed", 0, 12);
	exchange(pair[0], pair[1], 12);
	MUST(close(pair[0]) == 0 && close(pair[1]) == 0);
}

/* In one process: two messages of one socket each, and what comes back is the same socket. */
static void by_message(void)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)),
				.cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS}};
	char byte = 0;
	struct iovec vector = {&byte, 1};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	int door[2], copy;

	MUST(socketpair(AF_UNIX, is_datagram ? SOCK_DGRAM : SOCK_STREAM, 0, door) == 0);
	memcpy(CMSG_DATA(&control.header), &client, sizeof(client));
	truth(client, "closed", 13, 0);
	truth(door[0], "closed", 1, 0);
	truth(door[1], "closed", 0, 1);
	MUST(sendmsg(door[0], &message, 0) == 1);
	MUST(recvmsg(door[1], &message, 0) == 1);
	memcpy(&copy, CMSG_DATA(&control.header), sizeof(copy));
	MUST(close(client) == 0);
	client = copy;
	exchange(client, server, 13);
	MUST(close(door[0]) == 0 && close(door[1]) == 0);
}

static void by_pidfd(void)
{
	int process = (int)syscall(SYS_pidfd_open, getpid(), 0), copy;

	MUST(process >= 0);
	copy = (int)syscall(SYS_pidfd_getfd, process, client, 0);
	MUST(copy >= 0);
	truth(client, "closed", 14, 0);
	MUST(close(client) == 0);
	client = copy;
	exchange(client, server, 14);
	MUST(close(process) == 0);
}

/* A child finds the sockets in its descriptors. */
static void by_fork(void)
{
	pid_t child = fork();

	if (child == 0) {
		truth(client, "closed", 15, 0);
		bytes_send(client, 15);
		_exit(close(client));
	}
	wait_for(child);
	truth(client, "closed", 16, 0);
	truth(server, "closed", 0, 31);
	bytes_receive(server, 15);
	exchange(client, server, 16);
}

/* ---- descriptors ---- */

static void by_dup(void)
{
	int copies[3] = {dup(client), fcntl(client, F_DUPFD_CLOEXEC, 40), dup3(client, 50, 0)};

	truth(client, "closed", 17 + 18, 0);
	MUST(copies[0] >= 0 && copies[1] >= 40 && copies[2] == 50);
	MUST(close(client) == 0 && close(copies[1]) == 0);
	exchange(copies[2], server, 17);
	MUST(close(copies[2]) == 0);
	client = copies[0];
	exchange(client, server, 18);
}

static void by_dup2_over(void)
{
	int file = open("/dev/null", O_RDWR), other, peer;

	two_open(&other, &peer);
	truth(other, "replaced", 19, 0);
	truth(client, "replaced", 0, 0);
	exchange(other, peer, 19);
	MUST(dup2(file, client) == client);
	MUST(dup2(server, other) == other);
	MUST(close(file) == 0 && close(peer) == 0 && close(other) == 0);
}

static void by_marks(void)
{
	int marked, peer;
	pid_t child;

	two_open(&marked, &peer);
	MUST(ioctl(marked, FIOCLEX) == 0);
	MUST(fcntl(server, F_SETFD, FD_CLOEXEC) == 0);
	child = fork();
	if (child == 0) {
		truth(marked, "exec", 0, 0);
		truth(server, "exec", 0, 0);
		truth(client, "passed", 0, 0);
		execl("/bin/true", "true", NULL);
		_exit(1);
	}
	wait_for(child);
	truth(marked, "closed", 0, 0);
	MUST(close(marked) == 0 && close(peer) == 0);
}

/* ---- ends ---- */

static void by_close_range(void)
{
	truth(client, "closed", 0, 0);
	MUST(dup2(client, 60) == 60 && close(client) == 0);
	MUST(close_range(60, 60, CLOSE_RANGE_CLOEXEC) == 0);
	MUST(close_range(60, 70, 0) == 0);
	client = open("/dev/null", O_RDWR);
}

static void by_closefrom(void)
{
	truth(client, "closed", 0, 0);
	MUST(dup2(client, 60) == 60 && close(client) == 0);
	closefrom(60);
	client = open("/dev/null", O_RDWR);
}

static void by_fclose(void)
{
	FILE *stream = fdopen(client, "r+");

	truth(client, "closed", 20, 0);
	exchange(client, server, 20);
	MUST(stream != NULL && fclose(stream) == 0);
	client = open("/dev/null", O_RDWR);
}

static void by_freopen(void)
{
	FILE *stream = fdopen(client, "r+");

	truth(client, "closed", 0, 0);
	stream = freopen("/dev/null", "r+", stream);
	MUST(stream != NULL && fileno(stream) == client);
}

static void by_shutdown(void)
{
	char byte;

	truth(client, "closed", 21, 0);
	exchange(client, server, 21);
	MUST(shutdown(client, SHUT_RDWR) == 0);
	MUST(recv(client, &byte, 1, 0) == 0);
}

/* Nothing comes, and nothing is counted. */
static void by_waiting(void)
{
	int on = 1;
	char byte;

	truth(client, "closed", 0, 0);
	MUST(ioctl(client, FIONBIO, &on) == 0);
	MUST(recv(client, &byte, 1, 0) == -1 && errno == EAGAIN);
	MUST(read(client, &byte, 1) == -1 && errno == EAGAIN);
}

static void by_number(void)
{
	int copy = (int)syscall(SYS_dup, client);
	char bytes[22] = "";

	truth(client, "closed", 22, 0);
	truth(server, "closed", 0, 22);
	MUST(syscall(SYS_close, client) == 0);
	MUST(syscall(SYS_sendto, copy, bytes, 22, 0, NULL, 0) == 22);
	MUST(syscall(SYS_recvfrom, server, bytes, 22, 0, NULL, NULL) == 22);
	client = copy;
}

/* A message of 10 bytes by each call, received by another; 200 bytes from a file and a pipe. */
static void by_transfers(void)
{
	char bytes[200] = "";
	struct iovec vector = {bytes, 10};
	struct mmsghdr many = {.msg_hdr = {.msg_iov = &vector, .msg_iovlen = 1}};
	int file = open("/proc/self/exe", O_RDONLY), pipes[2];

	MUST(file >= 0 && pipe(pipes) == 0 && write(pipes[1], bytes, 100) == 100);
	truth(client, "closed", 270, 0);
	truth(server, "closed", 0, 270);
	MUST(send(client, bytes, 10, 0) == 10 && recv(server, bytes, 10, 0) == 10);
	MUST(sendto(client, bytes, 10, 0, NULL, 0) == 10);
	MUST(recvfrom(server, bytes, 10, 0, NULL, NULL) == 10);
	MUST(sendmsg(client, &many.msg_hdr, 0) == 10 && recvmsg(server, &many.msg_hdr, 0) == 10);
	MUST(sendmmsg(client, &many, 1, 0) == 1 && recvmmsg(server, &many, 1, 0, NULL) == 1);
	MUST(write(client, bytes, 10) == 10 && read(server, bytes, 10) == 10);
	MUST(writev(client, &vector, 1) == 10 && readv(server, &vector, 1) == 10);
	MUST(pwritev2(client, &vector, 1, -1, 0) == 10);
	MUST(recv(server, bytes, 10, MSG_PEEK) == 10 && preadv2(server, &vector, 1, -1, 0) == 10);
	MUST(sendfile(client, file, NULL, 100) == 100);
	bytes_receive(server, 100);
	MUST(splice(pipes[0], NULL, client, NULL, 100, 0) == 100);
	bytes_receive(server, 100);
	MUST(close(file) == 0 && close(pipes[0]) == 0 && close(pipes[1]) == 0);
}

/* ---- children that end nothing here ---- */

static void by_vfork(void)
{
	pid_t child = vfork();

	if (child == 0) {
		close(client);
		_exit(0);
	}
	wait_for(child);
	truth(client, "closed", 23, 0);
	exchange(client, server, 23);
}

static void by_spawn(void)
{
	char *const arguments[] = {"true", NULL};
	posix_spawn_file_actions_t actions;
	pid_t child;

	MUST(posix_spawn_file_actions_init(&actions) == 0);
	MUST(posix_spawn_file_actions_addclose(&actions, client) == 0);
	MUST(posix_spawn(&child, "/bin/true", &actions, NULL, arguments, environ) == 0);
	wait_for(child);
	posix_spawn_file_actions_destroy(&actions);
	MUST(system("true") == 0);
	truth(client, "closed", 24, 0);
	exchange(client, server, 24);
}

/* ---- ends of processes ---- */

static void child_ends(void (*end)(void), bool is_signal)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		truth(client, "exit", 25, 0);
		bytes_send(client, 25);
		end();
		_exit(9);
	}
	MUST(waitpid(child, &status, 0) == child && WIFSIGNALED(status) == is_signal);
	MUST(WIFSIGNALED(status) || WEXITSTATUS(status) == 7);
	bytes_receive(server, 25);
}

static void end_exit(void)
{
	exit(7);
}

static void end_at_once(void)
{
	_exit(7);
}

static void end_quickly(void)
{
	quick_exit(7);
}

static void end_killed(void)
{
	raise(SIGKILL);
}

static void end_terminated(void)
{
	signal(SIGTERM, SIG_DFL);
	raise(SIGTERM);
}

static void by_exits(void)
{
	child_ends(end_exit, false);
	child_ends(end_at_once, false);
	child_ends(end_quickly, false);
	child_ends(end_killed, true);
	child_ends(end_terminated, true);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"socket", by_socket},
		{"socketpair", by_socketpair},
		{"message", by_message},
		{"pidfd", by_pidfd},
		{"fork", by_fork},
		{"dup", by_dup},
		{"dup2_over", by_dup2_over},
		{"marks", by_marks},
		{"close_range", by_close_range},
		{"closefrom", by_closefrom},
		{"fclose", by_fclose},
		{"freopen", by_freopen},
		{"shutdown", by_shutdown},
		{"waiting", by_waiting},
		{"number", by_number},
		{"transfers", by_transfers},
		{"vfork", by_vfork},
		{"spawn", by_spawn},
		{"exits", by_exits},
	};

	return variants_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]), argc, argv);
}
