/* Sockets that come into a process without socket() or accept(); the argument chooses. */
#include "facts.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define RIGHTS_MAX 4

static void rights_send(int channel, const int *fds, size_t count)
{
	char control[CMSG_SPACE(sizeof(int) * RIGHTS_MAX)] = {0};
	struct iovec byte = {"r", 1};
	struct msghdr message = {.msg_iov = &byte,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = CMSG_SPACE(count * sizeof(int))};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	MUST(sendmsg(channel, &message, 0) == 1);
}

static void rights_receive(int channel, int *fds, size_t count)
{
	char control[CMSG_SPACE(sizeof(int) * RIGHTS_MAX)], byte;
	struct iovec room = {&byte, 1};
	struct msghdr message = {.msg_iov = &room,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};

	MUST(recvmsg(channel, &message, 0) == 1);
	MUST(CMSG_FIRSTHDR(&message)->cmsg_len == CMSG_LEN(count * sizeof(int)));
	memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&message)), count * sizeof(int));
}

/* Two sockets and a file in one message, which stay in this process: they only get new numbers. */
static void received_here(void)
{
	int listener = listener_open(), channel[2], server, sent[3], got[3];

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, channel) == 0);
	pair_open(listener, &sent[0], &server);
	sent[1] = open("/dev/null", O_RDONLY);
	sent[2] = socket(AF_INET, SOCK_DGRAM, 0);
	fact_local("client_local", sent[0]);
	fact("datagram", sent[2]);
	rights_send(channel[0], sent, 3);
	rights_receive(channel[1], got, 3);
	MUST(close(sent[0]) == 0 && close(sent[1]) == 0 && close(sent[2]) == 0);
	bytes_send(got[0], 31);
	MUST(close(got[0]) == 0 && close(got[1]) == 0 && close(got[2]) == 0);
}

/* Two connections go to another process in one message; it sends on both and closes them. */
static void received_there(void)
{
	int listener = listener_open(), channel[2], servers[2], fds[2], status;
	pid_t child;

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, channel) == 0);
	child = fork();
	if (child == 0) {
		rights_receive(channel[1], fds, 2);
		bytes_send(fds[0], 41);
		bytes_send(fds[1], 42);
		MUST(close(fds[0]) == 0 && close(fds[1]) == 0);
		_exit(0);
	}
	fact("child", child);
	pair_open(listener, &fds[0], &servers[0]);
	pair_open(listener, &fds[1], &servers[1]);
	fact_local("first_local", fds[0]);
	fact_local("second_local", fds[1]);
	rights_send(channel[0], fds, 2);
	MUST(close(fds[0]) == 0 && close(fds[1]) == 0);
	MUST(waitpid(child, &status, 0) == child && status == 0);
}

/* pidfd_getfd(2) of its own connection, which containers may forbid: then by dup(). */
static void taken(void)
{
	int client, server, copy, pidfd;

	pair_open(listener_open(), &client, &server);
	fact_local("client_local", client);
	pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	MUST(pidfd >= 0);
	copy = (int)syscall(SYS_pidfd_getfd, pidfd, client, 0);
	MUST(copy >= 0 || errno == EPERM);
	if (copy < 0)
		copy = dup(client);
	fact("copy", copy);
	MUST(close(client) == 0);
	bytes_send(copy, 51);
	MUST(close(copy) == 0);
}

/* What a supervisor starts: argv[2] says what the inherited numbers are. */
static void activated(void)
{
	char byte;

	fact("served", getpid());
	MUST(read(0, &byte, 1) == 1);
	MUST(write(0, "answer", 6) == 6);
}

/* inetd(8): the connection is the program's stdin (and stays open over exec). */
static void inetd(void)
{
	int client, server, status;
	pid_t child;

	pair_open(listener_open(), &client, &server);
	fact_local("client_local", client);
	fact_local("server_local", server);
	child = fork();
	if (child == 0) {
		MUST(dup2(server, 0) == 0);
		closefrom(3);
		execl("/proc/self/exe", "entry_births", "activated", NULL);
		_exit(97);
	}
	bytes_send(client, 1);
	bytes_receive(client, 6);
	MUST(waitpid(child, &status, 0) == child && status == 0);
}

/* As inetd does in full: one connection, both standard streams, the first of which goes early. */
static void streamed(void)
{
	char byte;

	MUST(read(0, &byte, 1) == 1);
	MUST(write(1, "answer", 6) == 6);
	MUST(close(0) == 0);
	MUST(write(1, "bye", 3) == 3);
}

static void inetd_streams(void)
{
	int client, server, status;
	pid_t child;

	pair_open(listener_open(), &client, &server);
	fact_local("client_local", client);
	child = fork();
	if (child == 0) {
		MUST(dup2(server, 0) == 0 && dup2(server, 1) == 1);
		closefrom(3);
		execl("/proc/self/exe", "entry_births", "streamed", NULL);
		_exit(97);
	}
	fact("served", child);
	bytes_send(client, 1);
	bytes_receive(client, 9);
	MUST(waitpid(child, &status, 0) == child && status == 0);
}

/* sd_listen_fds(3): the listener is descriptor 3, LISTEN_FDS says so. */
static void listen_served(void)
{
	int server = accept(3, NULL, NULL);

	MUST(strcmp(getenv("LISTEN_FDS"), "1") == 0);
	fact("served", getpid());
	bytes_receive(server, 61);
	MUST(close(server) == 0);
}

static void listen_fds(void)
{
	int listener = listener_open(), client, status;
	pid_t child;

	fact_local("listener_local", listener);
	child = fork();
	if (child == 0) {
		MUST(listener == 3 || dup2(listener, 3) == 3);
		MUST(setenv("LISTEN_FDS", "1", 1) == 0);
		execl("/proc/self/exe", "entry_births", "listen-served", NULL);
		_exit(97);
	}
	client = client_open(port_of(listener));
	fact_local("client_local", client);
	bytes_send(client, 61);
	MUST(waitpid(child, &status, 0) == child && status == 0);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"received-here", received_here},
		{"received-there", received_there},
		{"taken", taken},
		{"inetd", inetd},
		{"inetd-streams", inetd_streams},
		{"activated", activated},
		{"listen-fds", listen_fds},
		{"listen-served", listen_served},
	};

	/* what it printed of itself would go to the peer */
	if (argc > 1 && strcmp(argv[1], "streamed") == 0) {
		streamed();
		return 0;
	}
	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]),
			    argc > 1 ? argv[1] : NULL);
}
