/* Uses a library that was linked: through its import table. */
#include "door.h"

#include "facts.h"

#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <sys/wait.h>

static int listener;
static jmp_buf outside;

/* Each scenario's client numbers, as the report has them. */
static int port(void)
{
	return port_of(listener);
}

static void run_open(void)
{
	struct door *door = door_open(port());

	fact("client", door_fd(door));
	MUST(door_knock(door) == 1);
	door_shut(door);
}

static void run_late(void)
{
	struct door *door = door_make(port());

	door_knock(door);
	fact("client", door_fd(door));
	door_shut(door);
}

/* By an out-argument; one fails and leaves what stood there. */
static void run_out(void)
{
	struct door *door = (struct door *)(void *)&listener;

	MUST(door_make_at(0, &door) == -1);
	MUST(door_fail() == NULL);
	MUST(door_make_at(port(), &door) == 0);
	door_knock(door);
	door_shut(door);
}

static void run_arguments(void)
{
	struct door *door = door_open(port());

	MUST(door_measure(door, 1, 2, 3, 4, 5, 0.5, 6, 0.25, 7) == 7654321.75);
	MUST(door_tell(door, "%d %s %.1f %d %d %d %d %s", 1, "two", 3.5, 4, 5, 6, 7, "eight") ==
	     23);
	door_shut(door);
}

static int inner_open(struct door *door, void *context)
{
	struct door **made = context;

	door_knock(door);
	*made = door_open(port());
	return door_knock(*made);
}

/* A callback opens another door: that one is made in the first one's call. */
static void run_callback(void)
{
	struct door *outer = door_make(port()), *inner;

	MUST(door_each(outer, inner_open, &inner) == 2);
	door_shut(inner);
	door_shut(outer);
}

static int leave(struct door *door, void *context)
{
	(void)door;
	(void)context;
	longjmp(outside, 1);
}

/* What is connected after a jump out of a call belongs to nobody. */
static void run_jump(void)
{
	struct door *door = door_make(port());
	int fd;

	if (setjmp(outside) == 0)
		door_each(door, leave, NULL);
	fd = client_open(port());
	fact("nobodys", fd);
	door_knock(door);
	fact("client", door_fd(door));
	door_shut(door);
	close(fd);
}

static void run_reused(void)
{
	for (int i = 0; i < 50; i++) {
		struct door *door = door_make(port());

		MUST(door_knock(door) == 1);
		door_shut(door);
	}
}

/* Never shut, but not lost to a leak sanitizer. */
static void run_leaked(void)
{
	static struct door *kept;

	kept = door_open(port());
	fact("client", door_fd(kept));
}

static void run_dropped(void)
{
	struct door *door = door_open(port());

	fact("client", door_fd(door));
	door_drop(door);
}

/* The program closes the socket under the door's hands. */
static void run_behind(void)
{
	struct door *door = door_open(port());

	fact("client", door_fd(door));
	close(door_fd(door));
	sleep(1);
	door_drop(door);
}

static void run_moved(void)
{
	struct hall *hall = hall_make();
	struct door *door = door_make(port());

	hall_enter(hall, door);
	door_knock(door);
	door_drop(door);
	hall_leave(hall);
}

static void run_emptied(void)
{
	struct hall *hall = hall_make();
	struct door *door = door_make(port());

	hall_enter(hall, door);
	door_knock(door);
	hall_empty(hall);
}

static void run_guest(void)
{
	struct door *door = door_open(port());
	struct guest *guest = guest_enter(door);

	fact("client", door_fd(door));
	guest_speak(guest);
	guest_leave(guest);
	door_shut(door);
}

static void run_guest_shuts(void)
{
	guest_shut(guest_enter(door_open(port())));
}

static void *thread_run(void *context)
{
	(void)context;
	for (int i = 0; i < 12; i++)
		run_arguments();
	return NULL;
}

static void run_threads(void)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		MUST(pthread_create(&threads[i], NULL, thread_run, NULL) == 0);
	for (int i = 0; i < 4; i++)
		MUST(pthread_join(threads[i], NULL) == 0);
}

static pthread_barrier_t start;

static void *start_run(void *context)
{
	(void)context;
	pthread_barrier_wait(&start);
	door_shut(door_open(port()));
	return NULL;
}

/* Threads whose first calls come at the same time. */
static void run_at_once(void)
{
	pthread_t threads[8];

	MUST(pthread_barrier_init(&start, NULL, 8) == 0);
	for (int i = 0; i < 8; i++)
		MUST(pthread_create(&threads[i], NULL, start_run, NULL) == 0);
	for (int i = 0; i < 8; i++)
		MUST(pthread_join(threads[i], NULL) == 0);
}

/* Two threads come here twice: when the call has begun, and before it returns. */
static pthread_barrier_t met;

static int stay(struct door *door, void *context)
{
	(void)door;
	(void)context;
	pthread_barrier_wait(&met);
	pthread_barrier_wait(&met);
	return 0;
}

static void *stay_run(void *context)
{
	door_each(context, stay, NULL);
	return NULL;
}

static void door_share(struct door *door, void *(*function)(void *))
{
	pthread_t thread;

	MUST(pthread_barrier_init(&met, NULL, 2) == 0);
	MUST(pthread_create(&thread, NULL, function, door) == 0);
	pthread_barrier_wait(&met);
	door_knock(door);
	door_knock(door);
	pthread_barrier_wait(&met);
	MUST(pthread_join(thread, NULL) == 0);
	door_knock(door);
	door_shut(door);
}

/* One thread uses the door while another is in a call on it. */
static void run_together(void)
{
	door_share(door_open(port()), stay_run);
}

static void *knock_run(void *context)
{
	door_knock(context);
	pthread_barrier_wait(&met);
	pthread_barrier_wait(&met);
	door_knock(context);
	return NULL;
}

/* One thread after another. */
static void run_in_turn(void)
{
	door_share(door_open(port()), knock_run);
}

static void *jump_run(void *context)
{
	if (setjmp(outside) == 0)
		door_each(context, leave, NULL);
	pthread_barrier_wait(&met);
	pthread_barrier_wait(&met);
	return NULL;
}

/* The other thread has left its call without returning from it. */
static void run_jumped(void)
{
	door_share(door_open(port()), jump_run);
}

static int end_thread(struct door *door, void *context)
{
	(void)door;
	(void)context;
	pthread_exit(NULL);
}

static void *end_run(void *context)
{
	door_each(context, end_thread, NULL);
	return NULL;
}

/* A thread has ended in its call, and others go on. */
static void run_ended(void)
{
	struct door *door = door_open(port());
	pthread_t thread;

	MUST(pthread_create(&thread, NULL, end_run, door) == 0);
	MUST(pthread_join(thread, NULL) == 0);
	door_share(door, knock_run);
}

static int knock_again(struct door *door, void *context)
{
	(void)context;
	return door_knock(door);
}

/* A callback uses the door in whose call it runs. */
static void run_within(void)
{
	struct door *door = door_open(port());

	MUST(door_each(door, knock_again, NULL) == 2);
	door_shut(door);
}

/* As a library does that stands in for another's function and goes on to it. */
static void run_next(void)
{
	struct door *door = door_make(port());
	int (*knock)(struct door * door);

	*(void **)&knock = dlsym(RTLD_NEXT, "door_knock");
	MUST(knock != NULL && knock(door) == 1);
	fact("nobodys", door_fd(door));
	door_shut(door);
}

static void run_fork(void)
{
	struct door *door = door_open(port());
	pid_t child = fork();

	MUST(child >= 0);
	if (child == 0) {
		struct door *own = door_open(port());

		fact("child", getpid());
		door_knock(door);
		door_knock(own);
		door_shut(own);
		_exit(0);
	}
	MUST(waitpid(child, NULL, 0) == child);
	door_shut(door);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"open", run_open},         {"late", run_late},
		{"out", run_out},           {"arguments", run_arguments},
		{"callback", run_callback}, {"jump", run_jump},
		{"reused", run_reused},     {"leaked", run_leaked},
		{"dropped", run_dropped},   {"behind", run_behind},
		{"moved", run_moved},       {"threads", run_threads},
		{"fork", run_fork},         {"emptied", run_emptied},
		{"guest", run_guest},       {"guest-shuts", run_guest_shuts},
		{"at-once", run_at_once},   {"together", run_together},
		{"in-turn", run_in_turn},   {"jumped", run_jumped},
		{"ended", run_ended},       {"within", run_within},
		{"next", run_next},
	};

	listener = listener_open();
	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]),
			    argc > 1 ? argv[1] : NULL);
}
