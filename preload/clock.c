#include "clock.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "hot.h"

/* vdso(7), "x86-64 functions" and "aarch64 functions" */
#if defined(__x86_64__)
#define CLOCK_FUNCTION "__vdso_clock_gettime"
#define CLOCK_VERSION  "LINUX_2.6"
#elif defined(__aarch64__)
#define CLOCK_FUNCTION "__kernel_clock_gettime"
#define CLOCK_VERSION  "LINUX_2.6.39"
#endif

int (*clock_function)(clockid_t clock, struct timespec *now) HOT_DATA = clock_gettime;

void clock_start(void *vdso)
{
	void *found = vdso != NULL ? dlvsym(vdso, CLOCK_FUNCTION, CLOCK_VERSION) : NULL;

	if (found != NULL)
		memcpy(&clock_function, &found, sizeof(found));
}

static int (*clock_of_counter)(clockid_t clock, struct timespec *now);
static struct timespec clock_last_counted;

static bool clock_is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

/* The last tick is behind what the counter has said before: no time goes backwards. */
static int clock_by_tick(clockid_t clock, struct timespec *now)
{
	bool is_realtime = clock == CLOCK_REALTIME;
	int result = clock_of_counter(is_realtime ? CLOCK_REALTIME_COARSE : CLOCK_MONOTONIC_COARSE,
				      now);

	if (!is_realtime && clock_is_before(now, &clock_last_counted))
		*now = clock_last_counted;
	return result;
}

void clock_do_without_counter(void)
{
	if (clock_function == clock_by_tick)
		return;
	clock_of_counter = clock_function;
	clock_of_counter(CLOCK_MONOTONIC, &clock_last_counted);
	__atomic_store_n(&clock_function, clock_by_tick, __ATOMIC_RELEASE);
}
