#include "hook_signal.h"

#include <signal.h>
#include <string.h>

#include "hook.h"
#include "real.h"
#include "settings.h"

static int signal_number; /* atomic; 0: none is ours */

/* SA_RESTART: what it interrupts goes on wherever that is possible (signal(7)). */
static void signal_dump(int number)
{
	struct hook_scope scope;

	if (hook_is_silent())
		return;
	scope = hook_enter();
	recorder_snapshot(TRACE_SNAPSHOT_SIGNAL, number);
	hook_leave(scope);
}

static void signal_yield(void)
{
	struct hook_scope scope = hook_enter();

	__atomic_store_n(&signal_number, 0, __ATOMIC_RELAXED);
	recorder_note("the program handles the signal of dump_signal itself: it marks no snapshots",
		      false);
	hook_leave(scope);
}

void hook_signal_start(void)
{
	struct sigaction action = {.sa_handler = signal_dump, .sa_flags = SA_RESTART | SA_ONSTACK};
	struct sigaction found = {0};
	int number = (int)settings.dump_signal;

	if (number == 0 || REAL(sigaction)(number, NULL, &found) != 0)
		return;
	if ((found.sa_flags & SA_SIGINFO) != 0 || found.sa_handler != SIG_DFL)
		signal_yield();
	else if (REAL(sigaction)(number, &action, NULL) == 0)
		signal_number = number;
}

static bool signal_is_ours(int number)
{
	return number != 0 && number == __atomic_load_n(&signal_number, __ATOMIC_RELAXED) &&
	       !hook_is_silent();
}

/* What the program finds where ours is: the default, as it was. */
static void signal_disguise(struct sigaction *found)
{
	memset(found, 0, sizeof(*found));
	found->sa_handler = SIG_DFL;
}

HOOK_EXPORT int sigaction(int number, const struct sigaction *restrict wanted,
			  struct sigaction *restrict found)
{
	int result;

	if (!signal_is_ours(number))
		return REAL(sigaction)(number, wanted, found);
	/* The default would be an end of the program that the user did not mean. */
	if (wanted == NULL || wanted->sa_handler == SIG_DFL) {
		if (found != NULL)
			signal_disguise(found);
		return 0;
	}
	signal_yield();
	result = REAL(sigaction)(number, wanted, found);
	if (result == 0 && found != NULL)
		signal_disguise(found);
	return result;
}
HOOK_ALIAS(__sigaction, sigaction);

HOOK_EXPORT __sighandler_t signal(int number, __sighandler_t handler)
{
	__sighandler_t found;

	if (!signal_is_ours(number))
		return REAL(signal)(number, handler);
	if (handler == SIG_DFL)
		return SIG_DFL;
	signal_yield();
	found = REAL(signal)(number, handler);
	return found == SIG_ERR ? found : SIG_DFL;
}
