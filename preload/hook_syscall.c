/*
 * syscall(): the same calls by number. libuv closes so (Node, uvloop), and CPython makes some.
 * Numbers of no interest go straight to libc with everything as the caller left it: some return
 * twice or on another stack (clone, vfork).
 */
#include "hook.h"

#include <alloca.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/single_threaded.h>
#include <sys/syscall.h>

#include "environment.h"
#include "hook_jump.h"
#include "hook_syscall.h"

/* ---- descriptors ---- */

static long syscall_close(SYSCALL_PARAMETERS)
{
	struct recorder_claim claim;
	bool is_claimed;
	long result;

	if (recorder_is_own_fd((int)a))
		return close((int)a);
	is_claimed = hook_claim((int)a, &claim);
	result = SYSCALL_REAL();
	if (is_claimed)
		hook_claim_settle(&claim, (int)result, TRACE_END_CLOSED);
	else
		hook_closed_unclaimed((int)a, (int)result);
	return result;
}

static long syscall_close_range(SYSCALL_PARAMETERS)
{
	(void)number, (void)d, (void)e, (void)f;
	return hook_close_range((unsigned int)a, (unsigned int)b, (int)c);
}

static long syscall_dup(SYSCALL_PARAMETERS)
{
	(void)number, (void)b, (void)c, (void)d, (void)e, (void)f;
	return dup((int)a);
}

#ifdef SYS_dup2
static long syscall_dup2(SYSCALL_PARAMETERS)
{
	(void)number, (void)c, (void)d, (void)e, (void)f;
	return dup2((int)a, (int)b);
}
#endif

static long syscall_dup3(SYSCALL_PARAMETERS)
{
	(void)number, (void)d, (void)e, (void)f;
	return dup3((int)a, (int)b, (int)c);
}

static long syscall_fcntl(SYSCALL_PARAMETERS)
{
	long result;

	if (!hook_may_duplicate((int)a, -1))
		return -1;
	result = SYSCALL_REAL();
	if (hook_has_made_room(result))
		result = SYSCALL_REAL();
	hook_controlled((int)a, (int)b, c, (int)result);
	return result;
}

static long syscall_ioctl(SYSCALL_PARAMETERS)
{
	(void)number, (void)d, (void)e, (void)f;
	return ioctl((int)a, (unsigned long)b, c);
}

static long syscall_pidfd_getfd(SYSCALL_PARAMETERS)
{
	long result = SYSCALL_REAL();
	struct hook_scope scope;

	if (result < 0 || hook_is_silent())
		return result;
	scope = hook_enter();
	recorder_received((int)result);
	hook_leave(scope);
	return result;
}

/* What a ring does never comes by here: liburing enters the kernel by itself. */
static long syscall_io_uring_setup(SYSCALL_PARAMETERS)
{
	long result = SYSCALL_REAL();
	struct hook_scope scope;

	if (result < 0 || hook_is_silent())
		return result;
	scope = hook_enter();
	recorder_note(recorder_note_ring, true);
	hook_leave(scope);
	return result;
}

/* ---- processes ---- */

static long syscall_execve(SYSCALL_PARAMETERS)
{
	size_t size = environment_extended_size((char *const *)c);
	char *const *extended = environment_extend((char *const *)c, alloca(size), size);
	const struct recorder_program program = {(const char *)a, -1, (char *const *)b, false,
						 size != 0};
	struct hook_exec exec = hook_executing(&program);
	long result = REAL(syscall)(number, a, b, extended, d, e, f);

	hook_exec_returned(&exec);
	return result;
}

static long syscall_execveat(SYSCALL_PARAMETERS)
{
	size_t size = environment_extended_size((char *const *)d);
	char *const *extended = environment_extend((char *const *)d, alloca(size), size);
	const struct recorder_program program = hook_program_at((int)a, (const char *)b,
								(char *const *)c, size != 0);
	struct hook_exec exec = hook_executing(&program);
	long result = REAL(syscall)(number, a, b, c, extended, e, f);

	hook_exec_returned(&exec);
	return result;
}

static long syscall_fork(SYSCALL_PARAMETERS)
{
	long result;

	hook_forking();
	result = SYSCALL_REAL();
	hook_forked((int)result);
	return result;
}

static long syscall_exit_group(SYSCALL_PARAMETERS)
{
	hook_exiting((int)a);
	return SYSCALL_REAL();
}

/* Of one thread: the process ends with its only one (_exit(2), NOTES). */
static long syscall_exit(SYSCALL_PARAMETERS)
{
	if (__libc_single_threaded)
		hook_exiting((int)a);
	return SYSCALL_REAL();
}

/* A child that shares the memory, or comes back on another stack, must not pass through us. */
static bool syscall_clone_is_fork(long flags, long stack)
{
	return (flags & (CLONE_VM | CLONE_THREAD)) == 0 && stack == 0;
}

/* What clone3 is asked for stands in memory that only the kernel may take on trust. */
static void syscall_note_child(long number, long flags)
{
	if (number == SYS_clone)
		hook_cloning(flags);
	else if (number == SYS_clone3)
		recorder_shares_memory(false);
#ifdef SYS_vfork /* newer architectures have clone alone */
	else if (number == SYS_vfork)
		recorder_shares_memory(true);
#endif
}

static syscall_fn syscall_descriptor_handler(long number)
{
	switch (number) {
	case SYS_close:
		return syscall_close;
	case SYS_close_range:
		return syscall_close_range;
	case SYS_dup:
		return syscall_dup;
#ifdef SYS_dup2 /* x86_64 only: newer architectures have dup3 and clone alone */
	case SYS_dup2:
		return syscall_dup2;
	case SYS_fork:
		return syscall_fork;
#endif
	case SYS_dup3:
		return syscall_dup3;
	case SYS_fcntl:
		return syscall_fcntl;
	case SYS_ioctl:
		return syscall_ioctl;
	case SYS_pidfd_getfd:
		return syscall_pidfd_getfd;
	case SYS_io_uring_setup:
		return syscall_io_uring_setup;
	case SYS_execve:
		return syscall_execve;
	case SYS_execveat:
		return syscall_execveat;
	case SYS_prctl:
		return syscall_prctl;
	case SYS_seccomp:
		return syscall_seccomp;
	case SYS_exit:
		return syscall_exit;
	case SYS_exit_group:
		return syscall_exit_group;
	default:
		return NULL;
	}
}

/* Called with syscall()'s own arguments; a and b are those of clone: flags and stack. */
__attribute__((used)) void *hook_syscall_note(long number, long a, long b)
{
	syscall_fn handler = syscall_descriptor_handler(number);

	if (handler == NULL)
		handler = syscall_transfer_handler(number);
	if (handler == NULL)
		handler = syscall_socket_handler(number);
	if (number == SYS_clone && syscall_clone_is_fork(a, b))
		handler = syscall_fork;
	syscall_note_child(number, a);
	return handler != NULL ? (void *)handler : (void *)REAL(syscall);
}
HOOK_JUMP(syscall, hook_syscall_note);
