/* Moments at which a snapshot is asked for; the argument chooses. */
#include "facts.h"

#include <mqueue.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define FILL_MAX 64

static int listener;
static volatile sig_atomic_t handled;

static void handle(int number)
{
	(void)number;
	handled++;
}

/* One connection closed, one open with some of its bytes sent, one opened later. */
static void by_signal(void)
{
	int early, early_server, held, held_server, late, late_server;

	pair_open(listener, &early, &early_server);
	MUST(close(early) == 0 && close(early_server) == 0);
	pair_open(listener, &held, &held_server);
	bytes_send(held, 100);
	fact_local("held_local", held);
	MUST(raise(SIGUSR2) == 0);
	bytes_send(held, 900);
	pair_open(listener, &late, &late_server);
	fact_local("late_local", late);
	MUST(close(held) == 0 && close(held_server) == 0);
	MUST(raise(SIGUSR2) == 0);
	MUST(close(late) == 0 && close(late_server) == 0);
}

/* The signal looks as if nobody had touched it, and is the program's from when it wants it. */
static void own_handler(void)
{
	struct sigaction action = {.sa_handler = handle}, found;

	MUST(sigaction(SIGUSR2, NULL, &found) == 0 && found.sa_handler == SIG_DFL);
	MUST(found.sa_flags == 0);
	MUST(sigaction(SIGUSR2, &action, &found) == 0 && found.sa_handler == SIG_DFL);
	MUST(raise(SIGUSR2) == 0 && handled == 1);
	MUST(signal(SIGUSR2, SIG_IGN) == handle);
	MUST(raise(SIGUSR2) == 0 && handled == 1);
}

static void by_count(void)
{
	int fds[FILL_MAX];

	for (int i = 0; i < FILL_MAX; i++)
		fds[i] = socket(AF_INET, SOCK_STREAM, 0);
	for (int i = 0; i < FILL_MAX; i++)
		MUST(close(fds[i]) == 0);
}

static void by_limit(void)
{
	struct rlimit usual, limit = {.rlim_cur = 16};
	int count = 0;

	MUST(getrlimit(RLIMIT_NOFILE, &usual) == 0);
	limit.rlim_max = usual.rlim_max;
	MUST(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	while (socket(AF_INET, SOCK_DGRAM, 0) >= 0)
		count++;
	MUST(errno == EMFILE);
	fact("count", count);
	MUST(socket(AF_INET, SOCK_DGRAM, 0) == -1 && errno == EMFILE);
	/* LeakSanitizer, at the end, wants to open files. */
	MUST(setrlimit(RLIMIT_NOFILE, &usual) == 0);
}

/*
 * mq_close(3) closes whatever the number names, and stdio writes, inside libc: only the kernel
 * knows of both. What stands at the snapshot is all that is left of a killed process.
 */
static void unseen(void)
{
	int closed, closed_server, held, held_server;

	pair_open(listener, &closed, &closed_server);
	pair_open(listener, &held, &held_server);
	fact_local("closed_local", closed);
	fact_local("held_local", held);
	MUST(mq_close((mqd_t)closed) == 0);
	MUST(raw_call(SYS_write, held, (long)"fifteen letters", 15) == 15);
	MUST(raise(SIGUSR2) == 0);
	raise(SIGKILL);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"by-signal", by_signal}, {"own-handler", own_handler}, {"by-count", by_count},
		{"by-limit", by_limit},   {"unseen", unseen},
	};

	listener = listener_open();
	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]),
			    argc > 1 ? argv[1] : NULL);
}
