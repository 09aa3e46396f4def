/*
 * What a socket costs as there are more: `scale THREADS COUNT` opens and closes COUNT sockets,
 * shared among threads; `scale open COUNT` holds all of them open at once. Prints the processor's
 * ns a socket and the most memory that the process had, in KiB, apart from files that it maps.
 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX  64
#define NUMBERS_MORE 2000 /* the library's own descriptor is among them */

static int socket_open(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

static void *thread_run(void *count)
{
	for (long left = *(const long *)count; left > 0; left--)
		close(socket_open());
	return NULL;
}

static void threads_run(long threads, long count)
{
	pthread_t ids[THREADS_MAX];
	long share = count / threads;

	for (long i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, thread_run, &share) != 0)
			errx(1, "pthread_create");
	for (long i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
}

static void all_open(long count)
{
	struct rlimit limit = {(rlim_t)count + NUMBERS_MORE, (rlim_t)count + NUMBERS_MORE};

	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		err(1, "setrlimit");
	while (count-- > 0)
		socket_open();
}

/* proc(5): of what is resident, the pages that no file is behind. */
static long memory_kib(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[256];
	long kib = 0;

	while (status != NULL && fgets(line, sizeof(line), status) != NULL)
		if (sscanf(line, "RssAnon: %ld", &kib) == 1)
			break;
	if (status != NULL)
		fclose(status);
	return kib;
}

int main(int argc, char **argv)
{
	struct timespec used;
	long threads, count;

	if (argc != 3)
		errx(2, "usage: %s THREADS|open COUNT", argv[0]);
	threads = strtol(argv[1], NULL, 10);
	count = strtol(argv[2], NULL, 10);
	if (strcmp(argv[1], "open") == 0)
		all_open(count);
	else if (threads >= 1 && threads <= THREADS_MAX)
		threads_run(threads, count);
	else
		errx(2, "1 to %d threads", THREADS_MAX);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	printf("%.1f %ld\n", ((double)used.tv_sec * 1e9 + (double)used.tv_nsec) / (double)count,
	       memory_kib());
	return 0;
}
