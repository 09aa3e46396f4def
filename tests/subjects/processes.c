/* Sockets and the ways a process makes another, or becomes another; the argument chooses. */
#include "facts.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

#define KILLED_WAYS 5

static const char *self;
static int listener;

static int client_new(void)
{
	int client, server;

	pair_open(listener, &client, &server);
	fact("client", client);
	fact_local("client_local", client);
	return client;
}

static int child_status(pid_t child)
{
	int status;

	MUST(waitpid(child, &status, 0) == child);
	MUST(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void forked(void)
{
	int client = client_new();
	pid_t child = fork();

	MUST(child >= 0);
	if (child == 0) {
		bytes_send(client, 5);
		MUST(close(client) == 0);
		_exit(3);
	}
	fact("child", child);
	MUST(child_status(child) == 3);
	bytes_send(client, 7);
	MUST(close(client) == 0);
}

/* The parent ends at once; the child connects only after it has seen that. */
static void forked_goes_on(void)
{
	int client = client_new(), alive[2], own;
	char byte;
	pid_t child;

	MUST(pipe(alive) == 0);
	child = fork();
	MUST(child >= 0);
	if (child != 0) {
		fact("child", child);
		exit(4);
	}
	MUST(close(alive[1]) == 0);
	MUST(read(alive[0], &byte, 1) == 0);
	bytes_send(client, 9);
	own = client_open(port_of(listener));
	fact("own", own);
	fact_local("own_local", own);
	bytes_send(own, 33);
	exit(6);
}

/*
 * As CPython's subprocess does. What the child closes, it closes in its own table of descriptors,
 * though it runs in our memory.
 */
static void vforked(void)
{
	int client = client_new();
	pid_t child = vfork();

	if (child == 0) {
		close(client);
		close_range(3, ~0U, 0);
		execl("/bin/true", "true", (char *)NULL);
		_exit(9);
	}
	MUST(child_status(child) == 0);
	bytes_send(client, 8);
	MUST(close(client) == 0);
}

static int clone_run(void *client)
{
	close(*(int *)client);
	close_range(3, ~0U, 0);
	return 0;
}

/* In our memory, on a stack of its own, and we either wait for it or run beside it. */
static void cloned(int flags)
{
	static char stack[1 << 16] __attribute__((aligned(16)));
	int client = client_new();

	for (int turn = 0; turn < 2; turn++) {
		pid_t child = clone(clone_run, stack + sizeof(stack), flags | SIGCHLD, &client);

		MUST(child_status(child) == 0);
		bytes_send(client, 4);
	}
	MUST(close(client) == 0);
}

static void cloned_awaited(void)
{
	cloned(CLONE_VM | CLONE_VFORK);
}

static void cloned_beside(void)
{
	cloned(CLONE_VM);
}

static void argument_fd(char *text, size_t size_bytes, int fd)
{
	snprintf(text, size_bytes, "%d", fd);
}

/* One socket closes on exec, one had its flag set and taken back, one goes along. */
static void executed(void)
{
	int closing = client_new(), kept, restored;
	int server;
	char fd[16];

	pair_open(listener, &kept, &server);
	pair_open(listener, &restored, &server);
	fact("kept", kept);
	fact("restored", restored);
	fact_local("kept_local", kept);
	fact_local("restored_local", restored);
	MUST(fcntl(closing, F_SETFD, FD_CLOEXEC) == 0);
	MUST(fcntl(restored, F_SETFD, FD_CLOEXEC) == 0);
	MUST(fcntl(restored, F_SETFD, 0) == 0);
	bytes_send(kept, 10);
	argument_fd(fd, sizeof(fd), kept);
	execl(self, self, "image", fd, (char *)NULL);
	facts_die(__LINE__, "exec");
}

static void executed_in_vain(void)
{
	int client = client_new();

	MUST(fcntl(client, F_SETFD, FD_CLOEXEC) == 0);
	MUST(execl("/nonexistent/program", "program", (char *)NULL) == -1 && errno == ENOENT);
	bytes_send(client, 17);
	MUST(close(client) == 0);
}

static void spawned(void)
{
	int client = client_new(), log;
	posix_spawn_file_actions_t actions;
	char port[16];
	char *arguments[] = {(char *)(uintptr_t)self, (char *)(uintptr_t) "connect", port, NULL};
	pid_t child;

	snprintf(port, sizeof(port), "%d", port_of(listener));
	log = open("spawned.out", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addclose(&actions, client);
	posix_spawn_file_actions_adddup2(&actions, log, STDOUT_FILENO);
	MUST(posix_spawn(&child, self, &actions, NULL, arguments, environ) == 0);
	posix_spawn_file_actions_destroy(&actions);
	fact("child", child);
	MUST(child_status(child) == 0);
	bytes_send(client, 18);
	MUST(close(client) == 0);
}

/* Every way of waiting, some without a place for the status; each child is killed in
 * mid-connection. */
static void child_killed(int way)
{
	int signal_number = way == 0 ? SIGTERM : SIGKILL;
	pid_t child = fork();
	siginfo_t information;
	int client, server;
	char name[16];

	MUST(child >= 0);
	if (child == 0) {
		pair_open(listener, &client, &server);
		raise(signal_number);
	}
	snprintf(name, sizeof(name), "killed%d", way);
	fact(name, child);
	switch (way) {
	case 0:
		MUST(waitpid(child, NULL, 0) == child);
		break;
	case 1:
		MUST(wait(NULL) == child);
		break;
	case 2:
		MUST(wait3(NULL, 0, NULL) == child);
		break;
	case 3:
		MUST(wait4(child, NULL, 0, NULL) == child);
		break;
	default:
		MUST(waitid(P_PID, (id_t)child, &information, WEXITED) == 0);
		MUST(information.si_pid == child && information.si_status == signal_number);
	}
}

static void children_killed(void)
{
	for (int way = 0; way < KILLED_WAYS; way++)
		child_killed(way);
}

static void by_shell(void)
{
	char command[4200], line[64];
	FILE *stream;

	snprintf(command, sizeof(command), "%s connect %d >/dev/null", self, port_of(listener));
	MUST(system(command) == 0);
	snprintf(command, sizeof(command), "%s connect %d", self, port_of(listener));
	stream = popen(command, "r");
	MUST(stream != NULL && fgets(line, sizeof(line), stream) != NULL);
	while (fgets(line, sizeof(line), stream) != NULL)
		;
	MUST(pclose(stream) == 0);
}

/* What the children of the scenarios do. */
static int child_connect(int port)
{
	int client = client_open(port);

	fact("pid", getpid());
	bytes_send(client, 77);
	return close(client);
}

static int child_image(int fd)
{
	bytes_send(fd, 20);
	return close(fd) == 0 ? 12 : 13;
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"fork", forked},
		{"fork-goes-on", forked_goes_on},
		{"vfork", vforked},
		{"exec", executed},
		{"exec-in-vain", executed_in_vain},
		{"spawn", spawned},
		{"shell", by_shell},
		{"killed", children_killed},
		{"clone", cloned_awaited},
		{"clone-beside", cloned_beside},
	};

	self = argv[0];
	if (argc > 2 && strcmp(argv[1], "connect") == 0)
		return child_connect(atoi(argv[2]));
	if (argc > 2 && strcmp(argv[1], "image") == 0)
		return child_image(atoi(argv[2]));
	listener = listener_open();
	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]),
			    argc > 1 ? argv[1] : NULL);
}
