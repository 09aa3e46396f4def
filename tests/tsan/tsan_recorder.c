/*
 * tsan_recorder DIRECTORY: the recorder without its hooks, built with ThreadSanitizer, in a program
 * of eight threads and a viewer of the trace; then the same in a forked child. A data race ends the
 * program with ThreadSanitizer's status (66), anything else that is wrong with 2.
 */
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "environment.h"
#include "guard.h"
#include "recorder.h"
#include "tsan.h"

#define THREADS    8
#define ROUNDS     300
#define RARE_EACH  5
#define FORK_EACH  100
#define EXIT_ROUND 250

/*
 * No libunwind, glibc's backtrace() alone (-Wl,--wrap=dlopen): when a thread ends, libunwind takes
 * a mutex for the last time, and gcc's ThreadSanitizer has let go of the thread by then and
 * crashes.
 */
void *__wrap_dlopen(const char *path, int flags);
void *__wrap_dlopen(const char *path, int flags)
{
	(void)path, (void)flags;
	return NULL;
}

static void *thread_run(void *context)
{
	int number = *(const int *)context;
	unsigned int depth = guard_raise();

	for (int round = 0; round < ROUNDS; round++) {
		round_common(round);
		if (round % RARE_EACH == 0)
			round_rare(number + round / RARE_EACH);
		if (round % FORK_EACH == FORK_EACH - 1 && number == 0)
			round_fork();
		/* The process ends among running threads, which go on to the last moment. */
		if (round == EXIT_ROUND && number == 1)
			recorder_exiting(0);
	}
	guard_restore(depth);
	return NULL;
}

static void threads_run(void)
{
	pthread_t threads[THREADS], viewer;
	int numbers[THREADS];
	bool is_done = false;

	for (int i = 0; i < THREADS; i++) {
		/* Half of the threads meet the birth of the trace; the viewer waits for it. */
		if (i == THREADS / 2)
			shared_open();
		if (i == THREADS / 2)
			must(pthread_create(&viewer, NULL, viewer_run, &is_done) == 0, "viewer");
		numbers[i] = i;
		must(pthread_create(&threads[i], NULL, thread_run, &numbers[i]) == 0, "thread");
	}
	for (int i = 0; i < THREADS; i++)
		must(pthread_join(threads[i], NULL) == 0, "join");
	__atomic_store_n(&is_done, true, __ATOMIC_RELAXED);
	must(pthread_join(viewer, NULL) == 0, "join");
}

static void child_run(void)
{
	int status = 1;
	pid_t child = fork();

	must(child >= 0, "fork");
	if (child == 0) {
		recorder_forked();
		threads_run();
		recorder_exiting(0);
		exit(0);
	}
	must(waitpid(child, &status, 0) == child, "waitpid");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		exit(WIFEXITED(status) ? WEXITSTATUS(status) : 2);
}

int main(int argc, char *argv[])
{
	unsigned int depth = guard_raise();

	must(argc == 2, "usage: tsan_recorder DIRECTORY");
	setenv("SOCKLIFE_TRACE", argv[1], 1);
	setenv("SOCKLIFE_OPTIONS", "dump_at=8", 1);
	environment_hide();
	recorder_start();
	threads_run();
	child_run();
	recorder_exiting(0);
	guard_restore(depth);
	return 0;
}
