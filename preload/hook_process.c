/* Processes being forked and ended. */
#include "hook.h"

#include <sched.h>

#include "environment.h"
#include "handle.h"
#include "hook_jump.h"
#include "real.h"

/* ---- fork ---- */

void hook_forking(void)
{
	if (!hook_is_silent())
		recorder_forking();
}

/* `pid` is what fork() returned: 0 in the child. */
void hook_forked(int pid)
{
	struct hook_scope scope;

	if (pid != 0 && hook_is_silent())
		return;
	scope = hook_enter();
	if (pid == 0) {
		environment_forked();
		recorder_forked();
	} else {
		recorder_fork_returned(pid);
	}
	hook_leave(scope);
}

HOOK_EXPORT pid_t fork(void)
{
	pid_t pid;

	hook_forking();
	pid = REAL(fork)();
	hook_forked(pid);
	return pid;
}
HOOK_ALIAS(__fork, fork);

HOOK_EXPORT pid_t _Fork(void)
{
	pid_t pid;

	hook_forking();
	pid = REAL(_Fork)();
	hook_forked(pid);
	return pid;
}

HOOK_EXPORT int forkpty(int *terminal, char *name, const struct termios *settings,
			const struct winsize *size)
{
	int pid;

	hook_forking();
	pid = REAL(forkpty)(terminal, name, settings, size);
	hook_forked(pid);
	return pid;
}

/* The parent ends inside libc, with 0 (misc/daemon.c); it is the child that returns, and tells. */
HOOK_EXPORT int daemon(int stays_in_directory, int stays_at_terminal)
{
	pid_t parent = getpid();
	struct hook_scope scope;
	int result;

	hook_forking();
	result = REAL(daemon)(stays_in_directory, stays_at_terminal);
	if (getpid() == parent)
		return result;
	scope = hook_enter();
	recorder_parent_exited(0);
	hook_leave(scope);
	hook_forked(0);
	return result;
}

/*
 * vfork() returns twice on one stack, so no C function may stand around it: the note is made first
 * and the real function jumped to, with the stack and the return address as the caller left them.
 */
__attribute__((used)) void *hook_vfork_note(void)
{
	struct hook_scope scope;

	if (!hook_is_silent()) {
		scope = hook_enter();
		recorder_child(0, TRACE_CHILD_VFORK, NULL);
		hook_leave(scope);
	}
	recorder_shares_memory(true);
	return (void *)REAL(vfork);
}
HOOK_JUMP(vfork, hook_vfork_note);
HOOK_JUMP(__vfork, hook_vfork_note);

/* A thread is no process of its own, and a copy of the memory is noticed as a fork. */
void hook_cloning(long flags)
{
	if ((flags & (CLONE_VM | CLONE_THREAD)) == CLONE_VM)
		recorder_shares_memory((flags & (CLONE_VFORK | CLONE_SETTLS)) == CLONE_VFORK);
}

__attribute__((used)) void *hook_clone_note(int (*run)(void *), void *stack, int flags)
{
	(void)run, (void)stack;
	hook_cloning(flags);
	return (void *)REAL(clone);
}
HOOK_JUMP(clone, hook_clone_note);
HOOK_JUMP(__clone, hook_clone_note);

/* ---- exit ---- */

void hook_exiting(int status)
{
	struct hook_scope scope;

	if (hook_is_silent())
		return;
	scope = hook_enter();
	handle_exiting();
	recorder_exiting(status);
	hook_leave(scope);
}

HOOK_EXPORT void _exit(int status)
{
	hook_exiting(status);
	REAL(_exit)(status);
	__builtin_unreachable();
}

HOOK_EXPORT void _Exit(int status)
{
	hook_exiting(status);
	REAL(_Exit)(status);
	__builtin_unreachable();
}

HOOK_EXPORT void quick_exit(int status)
{
	hook_exiting(status);
	REAL(quick_exit)(status);
	__builtin_unreachable();
}

/*
 * SIGABRT may be handled, so nothing ends here: the kernel is only asked how the connections stand,
 * as it is before an exec. A jump, so that a core shows the program's own stack. What libc aborts
 * by itself crosses no hook.
 */
static void hook_aborting(void)
{
	struct hook_scope scope;

	if (hook_is_silent())
		return;
	scope = hook_enter();
	recorder_aborting();
	hook_leave(scope);
}

__attribute__((used)) void *hook_abort_note(void)
{
	hook_aborting();
	return (void *)REAL(abort);
}
HOOK_JUMP(abort, hook_abort_note);

__attribute__((used)) void *hook_assert_note(void)
{
	hook_aborting();
	return (void *)REAL(__assert_fail);
}
HOOK_JUMP(__assert_fail, hook_assert_note);
