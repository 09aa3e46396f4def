/*
 * Opens, uses once and closes COUNT connections: `churn WHERE COUNT THREADS`, or with `each` for
 * THREADS a new thread for each connection, one after another.
 */
#include "loopback.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#define THREADS_MAX 64

static const char *churn_where;

static void connection_use(void)
{
	int fd = loopback_connect(churn_where);

	loopback_exchange(fd);
	close(fd);
}

static void *thread_run(void *count)
{
	for (long left = *(const long *)count; left > 0; left--)
		connection_use();
	return NULL;
}

static void threads_run(long threads, long count)
{
	pthread_t ids[THREADS_MAX];

	for (long i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, thread_run, &count) != 0)
			errx(1, "pthread_create");
	for (long i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
}

int main(int argc, char **argv)
{
	long count, threads;

	if (argc != 4)
		errx(2, "usage: %s WHERE COUNT THREADS|each", argv[0]);
	churn_where = argv[1];
	count = strtol(argv[2], NULL, 10);
	threads = strtol(argv[3], NULL, 10);
	if (strcmp(argv[3], "each") == 0) {
		while (count-- > 0)
			threads_run(1, 1);
	} else if (threads == 1) {
		thread_run(&count);
	} else if (threads > 1 && threads <= THREADS_MAX) {
		threads_run(threads, count / threads);
	} else {
		errx(2, "1 to %d threads", THREADS_MAX);
	}
	return 0;
}
