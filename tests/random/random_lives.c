/*
 * random_lives SEED LOG: threads and forked children that open, use, duplicate and close sockets as
 * a random number tells them, and keep the log in lives.h. Ends by return, by _exit() among running
 * threads, by SIGKILL of its own, or when the runner kills it.
 */
#include "lives.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <socklife/trace_format.h>

#define THREADS    3
#define STEPS      120
#define HELD_MAX   24
#define FDS_MAX    4
#define FORKS_MAX  6
#define DEADLINE_S 30

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			must_fail(__LINE__, #condition);                                           \
	} while (0)

/* One of a thread's own sockets and the descriptors that name it. */
struct held {
	struct life *life;
	struct held *partner; /* the other end, NULL when it is gone or elsewhere */
	int fds[FDS_MAX];
	int fd_count; /* 0: free */
};

struct actor {
	uint64_t random;
	int listener;
	struct held held[HELD_MAX];
};

static struct lives *lives;

static void must_fail(int line, const char *condition)
{
	fprintf(stderr, "random_lives: line %d: not %s: %m\n", line, condition);
	_exit(99);
}

/* xorshift64* */
static uint32_t random_below(struct actor *actor, uint32_t limit)
{
	actor->random ^= actor->random >> 12;
	actor->random ^= actor->random << 25;
	actor->random ^= actor->random >> 27;
	return (uint32_t)((actor->random * UINT64_C(2685821657736338717)) >> 33) % limit;
}

/* ---- the log ---- */

static void life_enter(struct life *life, enum life_state state)
{
	__atomic_store_n(&life->state, (uint32_t)state, __ATOMIC_SEQ_CST);
}

static struct life *life_new(enum trace_origin origin)
{
	uint32_t index = __atomic_fetch_add(&lives->count, 1, __ATOMIC_SEQ_CST);
	struct life *life = &lives->lives[index];

	MUST(index < LIVES_MAX);
	life->pid = (uint32_t)getpid();
	life->origin = origin;
	life_enter(life, LIFE_OPENING);
	return life;
}

static void life_opened(struct life *life, int fd)
{
	socklen_t size = sizeof(life->cookie);

	MUST(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &life->cookie, &size) == 0);
	life_enter(life, LIFE_OPEN);
}

static void process_note(void)
{
	uint32_t index = __atomic_fetch_add(&lives->process_count, 1, __ATOMIC_SEQ_CST);

	MUST(index < PROCESSES_MAX);
	lives->pids[index] = (uint32_t)getpid();
}

/* ---- what can be done ---- */

static struct held *held_find(struct actor *actor, bool is_free)
{
	uint32_t start = random_below(actor, HELD_MAX);

	for (uint32_t i = 0; i < HELD_MAX; i++) {
		struct held *held = &actor->held[(start + i) % HELD_MAX];

		if ((held->fd_count == 0) == is_free)
			return held;
	}
	return NULL;
}

static void held_open(struct held *held, struct life *life, int fd)
{
	held->life = life;
	held->partner = NULL;
	held->fds[0] = fd;
	held->fd_count = 1;
	life_opened(life, fd);
}

static void held_join(struct held *one, struct held *other)
{
	one->partner = other;
	other->partner = one;
}

/* Its last descriptor is about to go; the partner stays and talks to nobody. */
static void held_leave(struct held *held, bool is_replaced)
{
	held->life->is_replaced = is_replaced;
	life_enter(held->life, LIFE_CLOSING);
	if (held->partner != NULL)
		held->partner->partner = NULL;
	held->partner = NULL;
}

static void actor_listen(struct actor *actor)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	struct life *life = life_new(TRACE_ORIGIN_CONNECT);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	actor->listener = socket(AF_INET, SOCK_STREAM, 0);
	MUST(actor->listener >= 0);
	life_opened(life, actor->listener);
	MUST(bind(actor->listener, (struct sockaddr *)&address, sizeof(address)) == 0);
	MUST(listen(actor->listener, 64) == 0);
}

static void step_pair(struct actor *actor)
{
	struct held *one = held_find(actor, true), *other;
	struct life *lives_of[2];
	int fds[2];

	if (one == NULL)
		return;
	one->fd_count = 1;
	other = held_find(actor, true);
	one->fd_count = 0;
	if (other == NULL)
		return;
	lives_of[0] = life_new(TRACE_ORIGIN_SOCKETPAIR);
	lives_of[1] = life_new(TRACE_ORIGIN_SOCKETPAIR);
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
	held_open(one, lives_of[0], fds[0]);
	held_open(other, lives_of[1], fds[1]);
	held_join(one, other);
}

static void step_connect(struct actor *actor)
{
	struct sockaddr_in address;
	socklen_t size = sizeof(address);
	struct held *client = held_find(actor, true), *server;
	struct life *life;
	int fd;

	if (client == NULL)
		return;
	MUST(getsockname(actor->listener, (struct sockaddr *)&address, &size) == 0);
	life = life_new(TRACE_ORIGIN_CONNECT);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	MUST(fd >= 0);
	held_open(client, life, fd);
	server = held_find(actor, true);
	if (server == NULL)
		return;
	MUST(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	life = life_new(TRACE_ORIGIN_ACCEPT);
	fd = accept(actor->listener, NULL, NULL);
	MUST(fd >= 0);
	held_open(server, life, fd);
	held_join(client, server);
}

static int held_fd(struct actor *actor, const struct held *held)
{
	return held->fds[random_below(actor, (uint32_t)held->fd_count)];
}

static void step_send(struct actor *actor)
{
	struct held *from = held_find(actor, false), *to = from != NULL ? from->partner : NULL;
	size_t size = random_below(actor, 900) + 1;
	char bytes[900] = {0};
	ssize_t got;

	if (to == NULL)
		return;
	from->life->sends_most++;
	from->life->sent_most += size;
	MUST(send(held_fd(actor, from), bytes, size, MSG_NOSIGNAL) == (ssize_t)size);
	from->life->sent_least += size;
	from->life->sends_least++;
	while (size > 0) {
		to->life->received_most += size;
		got = read(held_fd(actor, to), bytes, size);
		MUST(got > 0);
		size -= (size_t)got;
		to->life->received_most -= size;
		to->life->received_least += (size_t)got;
	}
}

static void step_dup(struct actor *actor)
{
	struct held *held = held_find(actor, false);
	int fd;

	if (held == NULL || held->fd_count == FDS_MAX)
		return;
	fd = random_below(actor, 2) ? dup(held_fd(actor, held))
				    : fcntl(held_fd(actor, held), F_DUPFD_CLOEXEC, 0);
	MUST(fd >= 0);
	held->fds[held->fd_count++] = fd;
}

/* The descriptor that goes is taken from the end of the list. */
static void step_close(struct actor *actor)
{
	struct held *held = held_find(actor, false);

	if (held == NULL)
		return;
	if (held->fd_count == 1)
		held_leave(held, false);
	MUST(close(held->fds[held->fd_count - 1]) == 0);
	if (--held->fd_count == 0)
		life_enter(held->life, LIFE_CLOSED);
}

static void step_replace(struct actor *actor)
{
	struct held *held = held_find(actor, false), *target = held_find(actor, false);
	int fd;

	if (held == NULL || held == target || held->fd_count == FDS_MAX)
		return;
	fd = target->fds[target->fd_count - 1];
	if (target->fd_count == 1)
		held_leave(target, true);
	MUST(dup2(held_fd(actor, held), fd) == fd);
	held->fds[held->fd_count++] = fd;
	if (--target->fd_count == 0)
		life_enter(target->life, LIFE_CLOSED);
}

/* ---- processes ---- */

static void actor_steps(struct actor *actor, int steps);

/* The forking thread's sockets get lives of the child's own; nobody talks over them any more. */
static void child_inherit(struct actor *actor)
{
	for (struct held *held = actor->held; held < actor->held + HELD_MAX; held++) {
		struct life *parents = held->life;

		held->partner = NULL;
		if (held->fd_count == 0)
			continue;
		held->life = life_new(TRACE_ORIGIN_INHERITED);
		held->life->cookie = parents->cookie;
		life_enter(held->life, LIFE_OPEN);
	}
}

static void step_fork(struct actor *actor)
{
	static uint32_t forks;
	uint64_t seed = actor->random;
	pid_t child;

	if (__atomic_fetch_add(&forks, 1, __ATOMIC_RELAXED) >= FORKS_MAX)
		return;
	child = fork();
	MUST(child >= 0);
	if (child > 0)
		return;
	process_note();
	forks = FORKS_MAX;
	actor->random = seed * 3 + 1;
	alarm(DEADLINE_S);
	child_inherit(actor);
	actor_listen(actor); /* the parent goes on accepting from its own */
	actor_steps(actor, STEPS / 2);
	if (random_below(actor, 3) == 0)
		raise(SIGKILL);
	_exit(0);
}

static void actor_steps(struct actor *actor, int steps)
{
	for (int step = 0; step < steps; step++) {
		uint32_t what = random_below(actor, 100);

		if (what < 18)
			step_pair(actor);
		else if (what < 34)
			step_connect(actor);
		else if (what < 60)
			step_send(actor);
		else if (what < 72)
			step_dup(actor);
		else if (what < 92)
			step_close(actor);
		else if (what < 98)
			step_replace(actor);
		else
			step_fork(actor);
	}
}

static void *actor_run(void *context)
{
	struct actor *actor = context;

	actor_listen(actor);
	actor_steps(actor, STEPS);
	return NULL;
}

static void lives_map(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *mapped = mmap(NULL, sizeof(*lives), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	MUST(fd >= 0 && mapped != MAP_FAILED);
	lives = mapped;
	close(fd);
}

int main(int argc, char *argv[])
{
	static struct actor actors[THREADS];
	struct actor director = {.random = argc == 3 ? strtoull(argv[1], NULL, 10) * 2 + 1 : 1};
	pthread_t threads[THREADS];

	MUST(argc == 3);
	alarm(DEADLINE_S);
	lives_map(argv[2]);
	process_note();
	random_below(&director, 2);
	for (size_t i = 0; i < THREADS; i++) {
		actors[i].random = director.random * (2 * i + 3);
		MUST(pthread_create(&threads[i], NULL, actor_run, &actors[i]) == 0);
	}
	if (random_below(&director, 4) == 0) {
		usleep(random_below(&director, 12000));
		lives->exits_in_run = 1;
		if (random_below(&director, 2))
			raise(SIGKILL);
		_exit(0);
	}
	for (size_t i = 0; i < THREADS; i++)
		MUST(pthread_join(threads[i], NULL) == 0);
	while (wait(NULL) > 0)
		continue;
	return 0;
}
