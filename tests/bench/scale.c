/*
 * What a socket costs as there are more: `scale THREADS COUNT` opens and closes COUNT sockets,
 * shared among threads; `scale open COUNT` holds all of them open at once, `scale spread COUNT`
 * does in as many processes as the limit of descriptors asks for; `scale calls COUNT` sends and
 * receives on one, `scale objects COUNT` marks objects (track.h). Prints the processor's ns each
 * and the most memory that a process had, in KiB, apart from files that it maps. `scale steady
 * SECONDS` opens and closes 10,000 a second, and prints the first and the last of ten parts' ns a
 * socket, the sockets opened, and the memory.
 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <socklife/track.h>

#define THREADS_MAX  64
#define NUMBERS_MORE 2000 /* the library's own descriptor is among them */

#define STEADY_PARTS     10
#define STEADY_A_SECOND  10000
#define STEADY_A_STEP    100 /* then it sleeps until the next is due */
#define STEADY_A_STEP_NS 10000000

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

static void calls_make(long count)
{
	char byte = 0;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		err(1, "socketpair");
	for (; count > 0; count -= 2)
		if (send(ends[0], &byte, 1, 0) != 1 || recv(ends[1], &byte, 1, 0) != 1)
			err(1, "exchange");
}

static void objects_make(long count)
{
	while (count-- > 0)
		socklife_object_end(socklife_object_begin("bench.Thing", "client"));
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

static double used_ns(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (double)used.tv_sec * 1e9 + (double)used.tv_nsec;
}

struct holder {
	double ns;
	long kib;
};

/* Says what `count` sockets cost, and holds them until nobody has the other end of `until` open. */
static void sockets_hold(long count, int said, const int until[2])
{
	struct holder holder;
	char byte;

	close(until[1]);
	all_open(count);
	holder = (struct holder){used_ns(), memory_kib()};
	if (write(said, &holder, sizeof(holder)) != sizeof(holder) || read(until[0], &byte, 1) != 0)
		err(1, "pipe");
	exit(0);
}

/* Adds up what processes say that hold `count` sockets between them, all at the same time. */
static struct holder sockets_spread(long count)
{
	struct holder holder, all = {0};
	struct rlimit limit;
	int said[2], until[2], holders = 0;
	long share;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || pipe(said) != 0 || pipe(until) != 0)
		err(1, "pipe");
	for (; count > 0; count -= share, holders++) {
		share = (long)limit.rlim_max - NUMBERS_MORE;
		share = share < count ? share : count;
		if (fork() == 0)
			sockets_hold(share, said[1], until);
	}
	for (int i = 0; i < holders; i++) {
		if (read(said[0], &holder, sizeof(holder)) != sizeof(holder))
			err(1, "read");
		all.ns += holder.ns;
		all.kib = holder.kib > all.kib ? holder.kib : all.kib;
	}
	close(until[1]);
	while (wait(NULL) > 0)
		continue;
	return all;
}

/* Late steps are made up for, so that the rate holds over the whole part. */
static double part_ns(long steps, struct timespec *due)
{
	double started_ns = used_ns();

	for (long step = 0; step < steps; step++) {
		for (int i = 0; i < STEADY_A_STEP; i++)
			close(socket_open());
		due->tv_nsec += STEADY_A_STEP_NS;
		due->tv_sec += due->tv_nsec / 1000000000;
		due->tv_nsec %= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, due, NULL);
	}
	return (used_ns() - started_ns) / (double)(steps * STEADY_A_STEP);
}

static void steady(long seconds)
{
	long steps = seconds * STEADY_A_SECOND / STEADY_A_STEP / STEADY_PARTS;
	double first_ns = 0, last_ns = 0;
	struct timespec due;

	clock_gettime(CLOCK_MONOTONIC, &due);
	for (int part = 0; part < STEADY_PARTS; part++) {
		last_ns = part_ns(steps, &due);
		first_ns = part == 0 ? last_ns : first_ns;
	}
	printf("%.1f %.1f %ld %ld\n", first_ns, last_ns, steps * STEADY_PARTS * STEADY_A_STEP,
	       memory_kib());
}

int main(int argc, char **argv)
{
	long threads, count;

	if (argc != 3)
		errx(2, "usage: %s THREADS|open|spread|calls|objects|steady COUNT|SECONDS",
		     argv[0]);
	threads = strtol(argv[1], NULL, 10);
	count = strtol(argv[2], NULL, 10);
	if (strcmp(argv[1], "steady") == 0) {
		steady(count);
		return 0;
	}
	if (strcmp(argv[1], "spread") == 0) {
		struct holder all = sockets_spread(count);

		printf("%.1f %ld\n", all.ns / (double)count, all.kib);
		return 0;
	}
	if (strcmp(argv[1], "open") == 0)
		all_open(count);
	else if (strcmp(argv[1], "calls") == 0)
		calls_make(count);
	else if (strcmp(argv[1], "objects") == 0)
		objects_make(count);
	else if (threads >= 1 && threads <= THREADS_MAX)
		threads_run(threads, count);
	else
		errx(2, "1 to %d threads", THREADS_MAX);
	printf("%.1f %ld\n", used_ns() / (double)count, memory_kib());
	return 0;
}
