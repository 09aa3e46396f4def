/*
 * Makes the recorder's n-th system call fail. What to do stands in a file that all processes of a
 * run map: they count together, and the test reads there whether there was an n-th call at all.
 * Signal-safe but for the constructor.
 */
#include "kernel_faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fault_orders.h"

static struct fault_orders *fault_orders;

__attribute__((constructor(101))) static void fault_start(void)
{
	const char *path = getenv("FAULT_ORDERS");
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *orders = MAP_FAILED;

	if (fd >= 0) {
		orders = mmap(NULL, sizeof(*fault_orders), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			      0);
		close(fd);
	}
	if (orders != MAP_FAILED)
		fault_orders = orders;
}

/* These fail neither for want of anything nor by a filter that lets a program live. */
static bool fault_is_possible(long number)
{
	switch (number) {
	case SYS_getpid:
	case SYS_getppid:
	case SYS_gettid:
	case SYS_sched_yield:
	case SYS_nanosleep:
	case SYS_rt_sigprocmask:
	case SYS_exit_group:
		return false;
	default:
		return true;
	}
}

static bool fault_is_due(long number)
{
	unsigned int count;

	if (fault_orders == NULL || (fault_orders->only != 0 && fault_orders->only != number))
		return false;
	count = __atomic_add_fetch(&fault_orders->count, 1, __ATOMIC_RELAXED);
	return count == fault_orders->at || (fault_orders->is_lasting && count > fault_orders->at);
}

long kernel_call6(long number, long a, long b, long c, long d, long e, long f)
{
	if (!fault_is_possible(number) || !fault_is_due(number))
		return kernel_call6_real(number, a, b, c, d, e, f);
	/* A failed close() has closed all the same (close(2)), and unmapping needs nothing. */
	if (number == SYS_close || number == SYS_munmap)
		kernel_call6_real(number, a, b, c, d, e, f);
	return -(long)fault_orders->error;
}
