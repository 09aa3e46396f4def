/*
 * The two clocks of a trace, in ns of CLOCK_MONOTONIC. Both go through the vDSO: no system call,
 * safe in a signal handler (clock_gettime(2); POSIX lists it as async-signal-safe).
 */
#ifndef SOCKLIFE_CLOCK_H
#define SOCKLIFE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* As clock_gettime(2): libc's own until clock_start(), then the vDSO's without libc in between. */
extern int (*clock_function)(clockid_t clock, struct timespec *now);

/* Looks for the vDSO's function in what dlopen() gave for it, NULL: there is none. */
void clock_start(void *vdso);

/*
 * From now on the processor's counter of time is not read, only the kernel's ticks: the program
 * makes reading it a fault (PR_SET_TSC in prctl(2), and SECCOMP_MODE_STRICT on x86).
 */
void clock_do_without_counter(void);

static inline uint64_t clock_read_ns(clockid_t clock)
{
	struct timespec now = {0};

	clock_function(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Exact, about 26 ns: for births, connects and ends. */
static inline uint64_t clock_now_ns(void)
{
	return clock_read_ns(CLOCK_MONOTONIC);
}

/* About 6 ns and up to one scheduler tick (4 ms) behind: for the time of the last I/O. */
static inline uint64_t clock_coarse_ns(void)
{
	return clock_read_ns(CLOCK_MONOTONIC_COARSE);
}

#endif
