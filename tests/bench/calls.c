/*
 * What a hook costs, in one process: blocks of calls through the hooks and blocks through libc's
 * own functions take turns, so that both meet the same noise, and the median of the pairs' ratios
 * is printed with its quartiles. To be run with libsocklife.so preloaded; without, it shows the
 * noise.
 *
 * Called as: calls [NAME]; NAME chooses the rows that have it in their names. Prints a line a row:
 * name, ns a call of libc's own, ns more, ratio, quartiles.
 */
#include "loopback.h"

#include "handle.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define BLOCKS 101 /* of each kind */

#if defined(__x86_64__)
#define LIBC_VERSION "GLIBC_2.2.5"
#else
#define LIBC_VERSION "GLIBC_2.17"
#endif

struct calls {
#define CALL(name) __typeof__(&(name)) name;
#include "calls.def"
};

static const struct calls calls_hooked = {
#define CALL(name) .name = (name),
#include "calls.def"
};
static struct calls calls_libc;

struct row {
	const char *name;
	void (*run)(const struct calls *calls, int count);
	int count; /* calls, or cycles, of a block */
};

/* dlvsym(), since the library answers dlsym() by its hooks. */
static void calls_find(void)
{
	void *libc = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
	void *address;

	if (libc == NULL)
		errx(1, "%s", dlerror());
#define CALL(name)                                                                                 \
	address = dlvsym(libc, #name, LIBC_VERSION);                                               \
	if (address == NULL)                                                                       \
		errx(1, "%s", dlerror());                                                          \
	memcpy(&calls_libc.name, &address, sizeof(address));
#include "calls.def"
}

/* Made through the hooks, so that what is done to them is counted; listeners are libc's own. */
static int tcp_listener, unix_listener, tcp_ends[2], null_fd, zero_fd;
static struct sockaddr_in tcp_address;
static struct sockaddr_un unix_address = {.sun_family = AF_UNIX};
static socklen_t unix_size = sizeof(unix_address.sun_family);

static int fd_checked(int fd)
{
	if (fd < 0)
		err(1, "descriptor");
	return fd;
}

static void bytes_check(ssize_t result, ssize_t wanted)
{
	if (result != wanted)
		err(1, "%zd bytes of %zd", result, wanted);
}

static int listener_open(struct sockaddr *address, socklen_t size)
{
	int fd = fd_checked(calls_libc.socket(address->sa_family, SOCK_STREAM, 0));

	if (bind(fd, address, size) != 0 || listen(fd, 128) != 0)
		err(1, "listen");
	return fd;
}

static void descriptors_open(void)
{
	socklen_t tcp_size = sizeof(tcp_address);

	tcp_address = loopback_address(0);
	tcp_listener = listener_open((struct sockaddr *)&tcp_address, tcp_size);
	loopback_reset_accepted(tcp_listener);
	/* A UNIX name of no length is chosen by the kernel (unix(7)). */
	unix_listener = listener_open((struct sockaddr *)&unix_address, unix_size);
	unix_size = sizeof(unix_address);
	if (getsockname(tcp_listener, (struct sockaddr *)&tcp_address, &tcp_size) != 0 ||
	    getsockname(unix_listener, (struct sockaddr *)&unix_address, &unix_size) != 0)
		err(1, "getsockname");
	tcp_ends[0] = loopback_connect_to((struct sockaddr *)&tcp_address, tcp_size);
	tcp_ends[1] = fd_checked(accept(tcp_listener, NULL, NULL));
	null_fd = fd_checked(open("/dev/null", O_WRONLY | O_CLOEXEC));
	zero_fd = fd_checked(open("/dev/zero", O_RDONLY | O_CLOEXEC));
}

static void run_write(const struct calls *calls, int count)
{
	while (count-- > 0)
		bytes_check(calls->write(null_fd, "", 1), 1);
}

static void run_read(const struct calls *calls, int count)
{
	char byte;

	while (count-- > 0)
		bytes_check(calls->read(zero_fd, &byte, 1), 1);
}

static void run_send(const struct calls *calls, int count)
{
	char message[MESSAGE_SIZE_BYTES] = {0};

	while (count-- > 0) {
		bytes_check(calls->send(tcp_ends[0], message, sizeof(message), 0), sizeof(message));
		bytes_check(calls->recv(tcp_ends[1], message, sizeof(message), 0), sizeof(message));
	}
}

/* By libc's own: what the other side does is not part of the client's price. */
static int connection_cycle(const struct calls *calls, int family, const void *address,
			    socklen_t size, const struct calls *server)
{
	int client = fd_checked(calls->socket(family, SOCK_STREAM, 0));
	int listener = family == AF_UNIX ? unix_listener : tcp_listener;
	int accepted;

	if (calls->connect(client, (const struct sockaddr *)address, size) != 0)
		err(1, "connect");
	accepted = fd_checked(server->accept(listener, NULL, NULL));
	calls->close(client);
	return server->close(accepted);
}

static void run_client(const struct calls *calls, int count)
{
	while (count-- > 0)
		connection_cycle(calls, AF_INET, &tcp_address, sizeof(tcp_address), &calls_libc);
}

static void run_both(const struct calls *calls, int count)
{
	while (count-- > 0)
		connection_cycle(calls, AF_INET, &tcp_address, sizeof(tcp_address), calls);
}

static void run_unix(const struct calls *calls, int count)
{
	while (count-- > 0)
		connection_cycle(calls, AF_UNIX, &unix_address, unix_size, &calls_libc);
}

static void run_handle(const struct calls *calls, int count)
{
	handle_ask_fn ask = calls == &calls_libc ? handle_own_ask() : handle_ask;
	void *asked = handle_make();

	while (count-- > 0)
		ask(asked, count);
}

static const struct row rows[] = {
	{"write of 1 byte to /dev/null", run_write, 20000},
	{"read of 1 byte from /dev/zero", run_read, 20000},
	{"send and recv of 64 bytes over TCP", run_send, 1000},
	{"TCP connection: socket, connect, close", run_client, 100},
	{"the same, and accept and close of the server", run_both, 100},
	{"UNIX connection: socket, connect, close", run_unix, 300},
	{"call of a C library's handle", run_handle, 100000},
};

/* This thread's own time: what other programs take meanwhile is not in it. */
static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double block_ns(const struct row *row, const struct calls *calls)
{
	double started_ns = now_ns();

	row->run(calls, row->count);
	return (now_ns() - started_ns) / row->count;
}

static int double_compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static void row_measure(const struct row *row)
{
	double bare_ns[BLOCKS], more_ns[BLOCKS], ratios[BLOCKS];

	block_ns(row, &calls_libc);
	block_ns(row, &calls_hooked);
	for (int i = 0; i < BLOCKS; i++) {
		double first_ns = i % 2 ? block_ns(row, &calls_hooked) : 0;

		bare_ns[i] = block_ns(row, &calls_libc);
		more_ns[i] = (i % 2 ? first_ns : block_ns(row, &calls_hooked)) - bare_ns[i];
		ratios[i] = 1 + more_ns[i] / bare_ns[i];
	}
	qsort(bare_ns, BLOCKS, sizeof(*bare_ns), double_compare);
	qsort(more_ns, BLOCKS, sizeof(*more_ns), double_compare);
	qsort(ratios, BLOCKS, sizeof(*ratios), double_compare);
	printf("%s\t%.1f\t%.1f\t%.4f\t%.4f\t%.4f\n", row->name, bare_ns[BLOCKS / 2],
	       more_ns[BLOCKS / 2], ratios[BLOCKS / 2], ratios[BLOCKS / 4],
	       ratios[BLOCKS - 1 - BLOCKS / 4]);
	fflush(stdout);
}

/* Stacks as deep as a program's own, so that taking them costs what it would there. */
static __attribute__((noinline)) void rows_measure_below(int frames, const char *only)
{
	if (frames > 0) {
		rows_measure_below(frames - 1, only);
		__asm__ volatile(""); /* no tail call: each has a frame */
		return;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (only == NULL || strstr(rows[i].name, only) != NULL)
			row_measure(&rows[i]);
	}
}

int main(int argc, char **argv)
{
	calls_find();
	descriptors_open();
	rows_measure_below(10, argc > 1 ? argv[1] : NULL);
	return 0;
}
