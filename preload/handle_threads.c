#include "handle_threads.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <threads.h>

#include "handle_calls.h"
#include "real.h"

#define STARTS_MAX 128 /* threads between their creation and their first instruction */

struct inherited {
	struct handle_ref refs[HANDLE_INHERITED_MAX];
	size_t count;
};

/* What the new thread takes over. */
struct start {
	struct inherited inherited;
	void *(*posix)(void *argument); /* one of the two */
	thrd_start_t standard;
	void *argument;
	uint32_t is_taken; /* atomic */
};

static __typeof__(&pthread_create) real_posix;
static __typeof__(&thrd_create) real_standard;
static struct start starts[STARTS_MAX];
static __thread struct inherited inherited __attribute__((tls_model("initial-exec")));

size_t handle_threads_inherited(struct handle_ref *refs, size_t max)
{
	size_t count = inherited.count < max ? inherited.count : max;

	memcpy(refs, inherited.refs, count * sizeof(*refs));
	return count;
}

/* A thread of a thread works for the same handles. NULL: nothing is to be taken over. */
static struct start *start_take(void *argument)
{
	struct inherited next;

	next.count = handle_calls_under_way(next.refs, HANDLE_INHERITED_MAX);
	if (next.count == 0)
		next = inherited;
	for (size_t i = 0; i < STARTS_MAX && next.count > 0; i++) {
		if (__atomic_exchange_n(&starts[i].is_taken, 1, __ATOMIC_ACQUIRE) != 0)
			continue;
		starts[i].inherited = next;
		starts[i].argument = argument;
		return &starts[i];
	}
	return NULL;
}

static void start_give_back(struct start *start)
{
	__atomic_store_n(&start->is_taken, 0, __ATOMIC_RELEASE);
}

static void *begin_posix(void *taken)
{
	struct start start = *(struct start *)taken;

	inherited = start.inherited;
	start_give_back(taken);
	return start.posix(start.argument);
}

static int begin_standard(void *taken)
{
	struct start start = *(struct start *)taken;

	inherited = start.inherited;
	start_give_back(taken);
	return start.standard(start.argument);
}

static int create_posix(pthread_t *thread, const pthread_attr_t *attributes,
			void *(*function)(void *), void *argument)
{
	struct start *start = start_take(argument);
	int result;

	if (start == NULL)
		return real_posix(thread, attributes, function, argument);
	start->posix = function;
	result = real_posix(thread, attributes, begin_posix, start);
	if (result != 0)
		start_give_back(start);
	return result;
}

static int create_standard(thrd_t *thread, thrd_start_t function, void *argument)
{
	struct start *start = start_take(argument);
	int result;

	if (start == NULL)
		return real_standard(thread, function, argument);
	start->standard = function;
	result = real_standard(thread, begin_standard, start);
	if (result != thrd_success)
		start_give_back(start);
	return result;
}

void *handle_threads_wrapper(const char *name, uintptr_t target)
{
	bool is_posix = strcmp(name, "pthread_create") == 0;
	void *found = (void *)target;

	if (!is_posix && strcmp(name, "thrd_create") != 0)
		return NULL;
	if (found == NULL)
		found = REAL(dlsym)(RTLD_DEFAULT, name);
	if (found == NULL || found == (void *)create_posix || found == (void *)create_standard)
		return NULL;
	if (is_posix)
		real_posix = (__typeof__(real_posix))found;
	else
		real_standard = (__typeof__(real_standard))found;
	return is_posix ? (void *)create_posix : (void *)create_standard;
}
