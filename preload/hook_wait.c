/*
 * How children end: one that a signal kills cannot tell of itself, but the parent that waits for it
 * learns it. A status that nobody wants is asked for all the same; the call's result stays as it
 * is.
 */
#include "hook.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include "real.h"

static void hook_waited(pid_t pid, int status)
{
	struct hook_scope scope;

	/* Stopped or continued: it goes on. */
	if (pid <= 0 || (!WIFEXITED(status) && !WIFSIGNALED(status)) || hook_is_silent())
		return;
	scope = hook_enter();
	recorder_child_ended((uint32_t)pid, status);
	hook_leave(scope);
}

HOOK_EXPORT pid_t wait(int *status)
{
	int own = 0;
	pid_t pid = REAL(wait)(status != NULL ? status : &own);

	hook_waited(pid, status != NULL ? *status : own);
	return pid;
}
HOOK_ALIAS(__wait, wait);

HOOK_EXPORT pid_t waitpid(pid_t which, int *status, int options)
{
	int own = 0;
	pid_t pid = REAL(waitpid)(which, status != NULL ? status : &own, options);

	hook_waited(pid, status != NULL ? *status : own);
	return pid;
}
HOOK_ALIAS(__waitpid, waitpid);

HOOK_EXPORT pid_t wait3(int *status, int options, struct rusage *usage)
{
	int own = 0;
	pid_t pid = REAL(wait3)(status != NULL ? status : &own, options, usage);

	hook_waited(pid, status != NULL ? *status : own);
	return pid;
}

HOOK_EXPORT pid_t wait4(pid_t which, int *status, int options, struct rusage *usage)
{
	int own = 0;
	pid_t pid = REAL(wait4)(which, status != NULL ? status : &own, options, usage);

	hook_waited(pid, status != NULL ? *status : own);
	return pid;
}

/* si_status is the exit status or the signal, by si_code; si_pid 0: nobody yet (waitid(2)). */
static int hook_status_of(const siginfo_t *information)
{
	switch (information->si_code) {
	case CLD_EXITED:
		return W_EXITCODE(information->si_status, 0);
	case CLD_KILLED:
	case CLD_DUMPED:
		return W_EXITCODE(0, information->si_status);
	default:
		return W_STOPCODE(information->si_status);
	}
}

/* Linux takes NULL for nobody wants to know (waitid(2), "NOTES"). */
HOOK_EXPORT int waitid(idtype_t type, id_t id, siginfo_t *information, int options)
{
	siginfo_t own = {0};
	siginfo_t *told = information != NULL ? information : &own;
	int result = REAL(waitid)(type, id, told, options);

	if (result == 0 && told->si_pid != 0)
		hook_waited(told->si_pid, hook_status_of(told));
	return result;
}
