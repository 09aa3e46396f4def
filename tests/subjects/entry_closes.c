/* Ways a socket loses its descriptors; the argument chooses. */
#include "facts.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#define REUSE_THREADS 8
#define REUSE_ROUNDS  200

static int listener;

static int client_named(const char *name)
{
	char local_name[64];
	int client, server;

	pair_open(listener, &client, &server);
	snprintf(local_name, sizeof(local_name), "%s_local", name);
	fact(name, client);
	fact_local(local_name, client);
	return client;
}

/* Five numbers for one socket, closed from the middle outwards; bytes by each before its close. */
static void dup_chain(void)
{
	static const size_t order[] = {2, 0, 4, 1, 3};
	int fds[5] = {client_named("client")};

	for (size_t i = 1; i < 5; i++)
		fds[i] = dup(fds[i - 1]);
	for (size_t i = 0; i < 5; i++) {
		bytes_send(fds[order[i]], 10);
		MUST(close(fds[order[i]]) == 0);
	}
}

/* The number is closed twice, and between the two a file had it in the second case. */
static void closed_again(void)
{
	int client = client_named("client");
	int other = client_named("other"), file;

	MUST(close(client) == 0);
	MUST(close(client) == -1 && errno == EBADF);
	MUST(close(other) == 0);
	file = open("/dev/null", O_RDONLY);
	MUST(file == client && dup2(file, other) == other);
	MUST(close(other) == 0 && close(other) == -1 && errno == EBADF);
}

/* One goes at exec by each way of saying so, one stays. */
static void cloexec_exec(void)
{
	int by_ioctl = client_named("by_ioctl");
	int by_fcntl = client_named("by_fcntl");
	int taken_back = client_named("taken_back");
	int kept_by_dup = client_named("kept_by_dup");

	MUST(ioctl(by_ioctl, FIOCLEX) == 0);
	MUST(fcntl(by_fcntl, F_SETFD, FD_CLOEXEC) == 0);
	MUST(ioctl(taken_back, FIOCLEX) == 0 && ioctl(taken_back, FIONCLEX) == 0);
	MUST(ioctl(kept_by_dup, FIOCLEX) == 0 && dup(kept_by_dup) >= 0);
	execl("/bin/true", "true", NULL);
	_exit(97);
}

static void *blocked_receive(void *context)
{
	char byte;

	recv(*(int *)context, &byte, 1, 0);
	return NULL;
}

/* close() does not wake a recv() of another thread (close(2)); the peer's end does. */
static void closed_while_blocked(void)
{
	struct timespec moment = {.tv_nsec = 50000000};
	int client, server, fd;
	pthread_t thread;

	pair_open(listener, &client, &server);
	fact("client", client);
	fact_local("client_local", client);
	fd = client;
	MUST(pthread_create(&thread, NULL, blocked_receive, &fd) == 0);
	nanosleep(&moment, NULL);
	MUST(close(client) == 0);
	MUST(socket(AF_INET, SOCK_DGRAM, 0) == client);
	MUST(close(server) == 0);
	MUST(pthread_join(thread, NULL) == 0);
}

static void *reuse_thread(void *context)
{
	size_t size = *(size_t *)context;
	int pair[2];

	for (int round = 0; round < REUSE_ROUNDS; round++) {
		MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
		bytes_send(pair[0], size);
		bytes_receive(pair[1], size);
		MUST(close(pair[round % 2]) == 0 && close(pair[1 - round % 2]) == 0);
	}
	return NULL;
}

/* Numbers go from thread to thread at once: each socket must carry its own thread's bytes. */
static void reuse(void)
{
	pthread_t threads[REUSE_THREADS];
	size_t sizes[REUSE_THREADS];

	for (size_t i = 0; i < REUSE_THREADS; i++) {
		sizes[i] = i + 1;
		MUST(pthread_create(&threads[i], NULL, reuse_thread, &sizes[i]) == 0);
	}
	for (size_t i = 0; i < REUSE_THREADS; i++)
		MUST(pthread_join(threads[i], NULL) == 0);
	fact("rounds", REUSE_ROUNDS);
	fact("threads", REUSE_THREADS);
}

static void *idle_thread(void *context)
{
	(void)context;
	pause();
	return NULL;
}

/* The child of a program with threads goes on without exec and closes what it inherited. */
static void forked_with_threads(void)
{
	int client = client_named("client"), status;
	pthread_t thread;
	pid_t child;

	MUST(pthread_create(&thread, NULL, idle_thread, NULL) == 0);
	child = fork();
	if (child == 0) {
		bytes_send(client, 5);
		MUST(close(client) == 0);
		client = client_open(port_of(listener));
		bytes_send(client, 6);
		MUST(close(client) == 0);
		exit(0);
	}
	fact("child", child);
	MUST(waitpid(child, &status, 0) == child && status == 0);
	bytes_send(client, 7);
	MUST(close(client) == 0);
}

/* A daemon closes all it inherited in one sweep, then makes its own. */
static void daemon_sweeps(void)
{
	int client = client_named("client");
	int channel[2];
	char byte;

	MUST(pipe(channel) == 0);
	if (fork() == 0) {
		MUST(daemon(1, 1) == 0);
		dup2(channel[1], 0);
		closefrom(1);
		client = socket(AF_INET, SOCK_DGRAM, 0);
		MUST(client == 1 && close(client) == 0);
		MUST(write(0, "d", 1) == 1);
		_exit(0);
	}
	MUST(read(channel[0], &byte, 1) == 1);
	bytes_send(client, 8);
	MUST(close(client) == 0);
}

/* popen's stream is a pipe of the very number that a socket had; pclose ends no socket. */
static void popen_pclose(void)
{
	int first = client_named("first"), second = client_named("second");
	FILE *stream;

	MUST(close(first) == 0);
	stream = popen("echo shell", "r");
	MUST(stream != NULL && fileno(stream) == first);
	MUST(fgetc(stream) == 's');
	MUST(pclose(stream) == 0);
	bytes_send(second, 9);
	MUST(close(second) == 0);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"dup-chain", dup_chain},
		{"closed-again", closed_again},
		{"cloexec-exec", cloexec_exec},
		{"closed-while-blocked", closed_while_blocked},
		{"reuse", reuse},
		{"forked-with-threads", forked_with_threads},
		{"daemon-sweeps", daemon_sweeps},
		{"popen", popen_pclose},
	};

	listener = listener_open();
	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]),
			    argc > 1 ? argv[1] : NULL);
}
