/*
 * Sockets in signal handlers: SIGALRM comes every 150 us, on whichever thread runs, while four
 * threads connect and close. The handler does what POSIX allows there: socket, connect, send,
 * recv, close.
 */
#include "facts.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>

#define THREADS     4
#define INTERVAL_US 150
#define CYCLES      400
#define FORKS       60

#define HANDLED_MOST 3000

static int thread_port, handler_port;
static atomic_llong handled, handled_bytes;
static atomic_bool is_over;

static void timer_set(long interval_us)
{
	struct itimerval timer = {{0, interval_us}, {0, interval_us}};

	MUST(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

static void handler_set(void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	MUST(sigaction(SIGALRM, &action, NULL) == 0);
}

/* A whole life of a connection: nothing here but what signal-safety(7) lists. */
static void handler_connect(int number)
{
	int saved_errno = errno;
	int fd;

	(void)number;
	/* Enough is enough: a report of more takes a sanitized reader too long. */
	if (atomic_load(&handled) >= HANDLED_MOST)
		return;
	errno = 4711;
	fd = client_open(handler_port);
	MUST(send(fd, "5byte", 5, MSG_NOSIGNAL) == 5);
	MUST(close(fd) == 0);
	MUST(errno == 4711);
	atomic_fetch_add(&handled, 1);
	atomic_fetch_add(&handled_bytes, 5);
	errno = saved_errno;
}

/* Retries what a signal interrupts; everything else must succeed. */
static void *thread_connect(void *context)
{
	int cycle;

	(void)context;
	for (cycle = 0; cycle < CYCLES; cycle++) {
		int fd = client_open(thread_port);

		bytes_send(fd, 3);
		MUST(close(fd) == 0);
	}
	return NULL;
}

/* Takes and ends whatever comes, so that no queue fills. */
static void *thread_accept(void *context)
{
	int listener = *(int *)context;
	sigset_t all;

	sigfillset(&all);
	MUST(pthread_sigmask(SIG_BLOCK, &all, NULL) == 0);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (atomic_load(&is_over))
			return NULL;
		MUST(fd >= 0);
		MUST(close(fd) == 0);
	}
}

static void signals_run(void (*handler)(int), int flags)
{
	int listeners[2] = {listener_open(), listener_open()};
	pthread_t threads[THREADS], acceptors[2];
	size_t index;

	thread_port = port_of(listeners[0]);
	handler_port = port_of(listeners[1]);
	for (index = 0; index < 2; index++)
		MUST(pthread_create(&acceptors[index], NULL, thread_accept, &listeners[index]) ==
		     0);
	handler_set(handler, SA_RESTART | flags);
	timer_set(INTERVAL_US);
	for (index = 0; index < THREADS; index++)
		MUST(pthread_create(&threads[index], NULL, thread_connect, NULL) == 0);
	for (index = 0; index < THREADS; index++)
		MUST(pthread_join(threads[index], NULL) == 0);
	timer_set(0);
	/* No thread may be in the midst of an accept() when the process ends. */
	atomic_store(&is_over, true);
	for (index = 0; index < 2; index++) {
		MUST(shutdown(listeners[index], SHUT_RDWR) == 0);
		MUST(pthread_join(acceptors[index], NULL) == 0);
	}
	fact("threads_port", thread_port);
	fact("handlers_port", handler_port);
	fact("connects", THREADS * CYCLES);
	fact("handled", atomic_load(&handled));
}

static void scenario_handlers(void)
{
	signals_run(handler_connect, 0);
}

/* ---- siglongjmp out of a handler ---- */

static sigjmp_buf jump_place;
static volatile sig_atomic_t jump_is_set, jumps;

static void handler_jump(int number)
{
	(void)number;
	if (!jump_is_set)
		return;
	jump_is_set = 0;
	jumps++;
	siglongjmp(jump_place, 1);
}

/*
 * The handler leaves in the middle of anything, so the program itself cannot know which of these
 * sockets was made; those of the second half, made in peace, it knows.
 */
static void scenario_jumps(void)
{
	int listener = listener_open(), port = port_of(listener), last = listener, fd;
	volatile int cycle;
	int pipe_fds[2];

	handler_set(handler_jump, 0);
	timer_set(INTERVAL_US);
	for (cycle = 0; cycle < 20 * CYCLES; cycle++) {
		if (sigsetjmp(jump_place, 1) == 0) {
			jump_is_set = 1;
			fd = socket(AF_INET, SOCK_STREAM, 0);
			close(fd);
			fd = socket(AF_INET, SOCK_STREAM, 0);
			close(fd);
			jump_is_set = 0;
		}
		/* What was left open. */
		closefrom(last + 1);
	}
	timer_set(0);
	MUST(pipe2(pipe_fds, 0) == 0 && pipe_fds[0] < 64 && pipe_fds[1] < 64);
	MUST(write(pipe_fds[1], "x", 1) == 1);
	for (cycle = 0; cycle < CYCLES; cycle++) {
		int client, server;

		pair_open(listener, &client, &server);
		bytes_send(client, 7);
		bytes_receive(server, 7);
		MUST(close(client) == 0);
		MUST(close(server) == 0);
	}
	fact("port", port);
	fact("jumps", jumps);
	fact("connects", CYCLES);
}

/* ---- handlers on a small stack of their own ---- */

static void scenario_alternate_stack(void)
{
	stack_t other = {.ss_sp = malloc((size_t)SIGSTKSZ), .ss_size = (size_t)SIGSTKSZ};
	const stack_t none = {.ss_flags = SS_DISABLE};

	MUST(other.ss_sp != NULL);
	MUST(sigaltstack(&other, NULL) == 0);
	signals_run(handler_connect, SA_ONSTACK);
	MUST(sigaltstack(&none, NULL) == 0);
	free(other.ss_sp);
}

/* The very first socket of the process is one of a handler's. */
static void scenario_first_in_handler(void)
{
	struct timespec pause = {.tv_nsec = 1000000};
	char *volatile block = NULL;
	int fd, count;

	handler_port = (int)strtol(getenv("PEER_PORT"), NULL, 10);
	handler_set(handler_connect, SA_RESTART);
	timer_set(INTERVAL_US);
	/* malloc is what the handler is most likely to interrupt. */
	for (count = 0; atomic_load(&handled) < 200; count++) {
		free(block);
		block = malloc((size_t)(count * 37 % 300000) + 1);
		if (count % 100000 == 99999)
			nanosleep(&pause, NULL);
	}
	timer_set(0);
	free(block);
	fd = client_open(handler_port);
	MUST(close(fd) == 0);
	fact("handled", atomic_load(&handled));
}

/* ---- fork in a handler, in the middle of a hook ---- */

static void handler_fork(int number)
{
	int saved_errno = errno, fd;
	pid_t child;

	(void)number;
	child = fork();
	MUST(child >= 0);
	if (child == 0) {
		timer_set(0);
		handler_set(SIG_IGN, 0);
		fd = client_open(handler_port);
		bytes_send(fd, 5);
		MUST(close(fd) == 0);
		/* Back into what was interrupted, and on from there. */
		atomic_store(&is_over, true);
		errno = saved_errno;
		return;
	}
	atomic_fetch_add(&handled, 1);
	errno = saved_errno;
}

static void scenario_forks(void)
{
	int listener = listener_open(), fds[2];
	pid_t self = getpid();
	int status, failures = 0;

	handler_port = port_of(listener);
	MUST(listen(listener, 4096) == 0);
	handler_set(handler_fork, SA_RESTART);
	timer_set(2000);
	while (atomic_load(&handled) < FORKS && !atomic_load(&is_over)) {
		MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
		MUST(close(fds[0]) == 0);
		MUST(close(fds[1]) == 0);
	}
	if (getpid() != self)
		_exit(0);
	timer_set(0);
	while (wait(&status) > 0)
		failures += status != 0;
	fact("failures", failures);
	fact("handlers_port", handler_port);
	fact("handled", atomic_load(&handled));
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"handlers", scenario_handlers},
		{"jumps", scenario_jumps},
		{"alternate_stack", scenario_alternate_stack},
		{"first_in_handler", scenario_first_in_handler},
		{"forks", scenario_forks},
	};

	return scenario_run(scenarios, sizeof(scenarios) / sizeof(*scenarios),
			    argc > 1 ? argv[1] : NULL);
}
