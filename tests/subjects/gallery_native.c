/*
 * Sick programs and their healed twins in C. Called as: gallery_native FUNCTION HOST PORT, HOST an
 * IPv4 address. The line with the comment "<- NAME" is the one that a finding on the function
 * NAME_sick has to name.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SERVER_KEEPS_S 2
#define PILE           12
#define GROWS_US       60000 /* between two of a pile that lies about for less than it grew */

static struct sockaddr_in server;

static const char request[] = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
static const char last_request[] = "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

static void must(int is_done, const char *what)
{
	if (is_done)
		return;
	perror(what);
	exit(1);
}

static void reach(int fd)
{
	must(connect(fd, (const struct sockaddr *)&server, sizeof(server)) == 0, "connect");
}

static void exchange(int fd)
{
	char answer[4096];

	must(send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) > 0, "send");
	must(recv(fd, answer, sizeof(answer), 0) > 0, "recv");
}

static void receive_all(int fd)
{
	char answer[4096];

	must(send(fd, last_request, sizeof(last_request) - 1, MSG_NOSIGNAL) > 0, "send");
	while (recv(fd, answer, sizeof(answer), 0) > 0)
		continue;
}

static void leaked_loop_sick(void)
{
	for (int i = 0; i < 3; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0); /* <- leaked_loop */

		reach(fd);
		exchange(fd);
	}
}

static void leaked_loop_healed(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	reach(fd);
	for (int i = 0; i < 3; i++)
		exchange(fd);
	close(fd);
}

static int ask(int has_forgotten)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0); /* <- leaked_error */

	reach(fd);
	exchange(fd);
	if (has_forgotten)
		return -1;
	close(fd);
	return 0;
}

static void leaked_error_sick(void)
{
	ask(1);
	ask(1);
}

static void leaked_error_healed(void)
{
	ask(0);
	ask(0);
}

static void growth_array_sick(void)
{
	int fds[PILE];

	for (int i = 0; i < PILE; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM, 0); /* <- growth_array */
		reach(fds[i]);
		exchange(fds[i]);
		usleep(GROWS_US);
	}
	for (int i = 0; i < PILE; i++)
		close(fds[i]);
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A pool: filled at the start, used in turn from then on, for longer than filling took. */
static void growth_array_healed(void)
{
	double begun_s = now_s(), filled_s;
	int fds[PILE];

	for (int i = 0; i < PILE; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM, 0);
		reach(fds[i]);
	}
	filled_s = now_s();
	for (int i = 0; i < 4 * PILE || now_s() - filled_s < 4 * (filled_s - begun_s); i++) {
		exchange(fds[i % PILE]);
		usleep(1000);
	}
	for (int i = 0; i < PILE; i++)
		close(fds[i]);
}

static void in_child_exchange(int fd)
{
	pid_t child = fork();

	if (child == 0) {
		exchange(fd);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void fork_native_sick(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* <- fork_native */

	reach(fd);
	exchange(fd);
	in_child_exchange(fd);
	exchange(fd);
	close(fd);
}

static void fork_native_healed(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	reach(fd);
	in_child_exchange(fd); /* handed over: the parent itself does not use it */
	close(fd);
}

static void double_native_sick(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	reach(fd);
	exchange(fd);
	close(fd);
	must(close(fd) < 0, "a second close"); /* <- double_native */
}

/* As daemons have it. */
static void double_native_healed(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	reach(fd);
	exchange(fd);
	close(fd);
	for (int number = 3; number < 256; number++)
		close(number);
}

static void close_wait_native_sick(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0); /* <- close_wait_native */

	reach(fd);
	exchange(fd);
	sleep(SERVER_KEEPS_S + 2);
	close(fd);
}

static void close_wait_native_healed(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	reach(fd);
	exchange(fd);
	close(fd);
	sleep(SERVER_KEEPS_S + 2);
}

static void stale_native_sick(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0); /* <- stale_native */

	reach(fd);
	receive_all(fd);
	for (int i = 0; i < 3; i++) {
		usleep(100000);
		send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL);
	}
	close(fd);
}

static void stale_native_healed(void)
{
	for (int i = 0; i < 2; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		reach(fd);
		receive_all(fd);
		close(fd);
	}
}

static void no_reuse_native_sick(void)
{
	for (int i = 0; i < 4; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0); /* <- no_reuse_native */

		reach(fd);
		exchange(fd);
		close(fd);
	}
}

/* The server closes first each time: this client cannot keep them. */
static void no_reuse_native_healed(void)
{
	for (int i = 0; i < 4; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		reach(fd);
		receive_all(fd);
		close(fd);
	}
}

static void spawn(void)
{
	pid_t child = fork();

	if (child == 0) {
		execl("/proc/self/exe", "gallery_native", "pair", "127.0.0.1", "1", (char *)NULL);
		_exit(1);
	}
	waitpid(child, NULL, 0);
}

static void exec_native_sick(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0); /* <- exec_native */

	reach(fd);
	exchange(fd);
	spawn();
	close(fd);
}

static void exec_native_healed(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	reach(fd);
	exchange(fd);
	spawn();
	close(fd);
}

/* The program that the two above start: something to record, and nothing else. */
static void pair(void)
{
	int fds[2];

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0, "socketpair");
}

static void open_native_sick(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0); /* <- open_native */

	reach(fd);
	exchange(fd);
}

static void open_native_healed(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	reach(fd);
	exchange(fd);
	close(fd);
}

static void never_native_sick(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0); /* <- never_native */

	reach(fd);
	close(fd);
}

static void never_native_healed(void)
{
	open_native_healed();
}

static const struct {
	const char *name;
	void (*run)(void);
} programs[] = {
#define TWINS(name)                                                                                \
	{#name "_sick", name##_sick},                                                              \
	{                                                                                          \
#name "_healed", name##_healed                                                     \
	}
	TWINS(leaked_loop),   TWINS(leaked_error), TWINS(growth_array),    TWINS(fork_native),
	TWINS(double_native), TWINS(stale_native), TWINS(no_reuse_native), TWINS(close_wait_native),
	TWINS(exec_native),   TWINS(open_native),  TWINS(never_native),    {"pair", pair},
};

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	server.sin_family = AF_INET;
	server.sin_port = htons((unsigned short)atoi(argv[3]));
	inet_pton(AF_INET, argv[2], &server.sin_addr);
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		if (strcmp(programs[i].name, argv[1]) != 0)
			continue;
		programs[i].run();
		return 0;
	}
	return 2;
}
