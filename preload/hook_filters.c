/*
 * Seccomp filters that the program puts on itself: from then on the recorder asks them before each
 * system call of its own (filters.h).
 */
#include "hook.h"

#include <linux/seccomp.h>
#include <stdarg.h>
#include <sys/prctl.h>

#include "clock.h"
#include "filters.h"
#include "hook_syscall.h"
#include "real.h"

/* What the kernel was asked to add. Plain data. */
struct hook_filter {
	bool is_filter;
	const struct sock_fprog *program; /* NULL: the strict mode */
};

static struct hook_filter filter_of_prctl(int option, unsigned long mode, unsigned long program)
{
	bool is_filter = option == PR_SET_SECCOMP && !hook_is_silent();

	return (struct hook_filter){
		is_filter && (mode == SECCOMP_MODE_STRICT || mode == SECCOMP_MODE_FILTER),
		mode == SECCOMP_MODE_FILTER ? (const struct sock_fprog *)program : NULL};
}

static struct hook_filter filter_of_seccomp(long operation, long program)
{
	bool is_strict = operation == SECCOMP_SET_MODE_STRICT;

	return (struct hook_filter){(is_strict || operation == SECCOMP_SET_MODE_FILTER) &&
					    !hook_is_silent(),
				    is_strict ? NULL : (const struct sock_fprog *)program};
}

static void filter_adding(const struct hook_filter *filter)
{
	if (filter->is_filter)
		filters_adding();
}

/* With SECCOMP_FILTER_FLAG_TSYNC a thread that cannot follow is told by its id (seccomp(2)). */
static void filter_added(const struct hook_filter *filter, long result)
{
	struct hook_scope scope;

	if (!filter->is_filter)
		return;
	scope = hook_enter();
	filters_added(filter->program, result >= 0);
	if (result >= 0 && !filters_allow_recording())
		recorder_note("the program put a seccomp filter on itself that forbids calls of "
			      "the recorder: what they tell of its sockets is missing, and so are "
			      "call stacks and the look at what is open at its end",
			      false);
	hook_leave(scope);
}

static void filter_counter(int option, unsigned long value)
{
	bool is_strict = option == PR_SET_SECCOMP && value == SECCOMP_MODE_STRICT;
	bool is_fault = option == PR_SET_TSC && value == PR_TSC_SIGSEGV;

	if ((is_strict || is_fault) && !hook_is_silent())
		clock_do_without_counter();
}

/* As libc's own: it takes four arguments, given or not (sysdeps/unix/sysv/linux/prctl.c). */
HOOK_EXPORT int prctl(int option, ...)
{
	unsigned long values[4];
	struct hook_filter filter;
	va_list arguments;
	int result;

	va_start(arguments, option);
	for (int i = 0; i < 4; i++)
		values[i] = va_arg(arguments, unsigned long);
	va_end(arguments);
	filter = filter_of_prctl(option, values[0], values[1]);
	filter_counter(option, values[0]);
	filter_adding(&filter);
	result = REAL(prctl)(option, values[0], values[1], values[2], values[3]);
	filter_added(&filter, result);
	return result;
}

long syscall_prctl(SYSCALL_PARAMETERS)
{
	struct hook_filter filter = filter_of_prctl((int)a, (unsigned long)b, (unsigned long)c);
	long result;

	filter_counter((int)a, (unsigned long)b);
	filter_adding(&filter);
	result = SYSCALL_REAL();
	filter_added(&filter, result);
	return result;
}

long syscall_seccomp(SYSCALL_PARAMETERS)
{
	struct hook_filter filter = filter_of_seccomp(a, c);
	long result;

	if (a == SECCOMP_SET_MODE_STRICT)
		filter_counter(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	filter_adding(&filter);
	result = SYSCALL_REAL();
	filter_added(&filter, result);
	return result;
}
