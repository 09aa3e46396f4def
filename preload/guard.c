#include "guard.h"

#include <signal.h>

#include "kernel.h"

__thread struct guard guard __attribute__((tls_model("initial-exec")));

/*
 * Stacks grow downwards, so whoever runs above the place where the guard was raised has left it
 * behind. A handler may run on a stack of its own (sigaltstack(2)), of which that says nothing.
 */
static bool guard_is_stale(uintptr_t place)
{
	stack_t other = {.ss_flags = SS_DISABLE};
	bool is_raised_there;

	kernel_call2(SYS_sigaltstack, NULL, &other);
	is_raised_there = guard.place - (uintptr_t)other.ss_sp < other.ss_size;
	if (is_raised_there != ((other.ss_flags & SS_ONSTACK) != 0))
		return is_raised_there;
	return place > guard.place;
}

unsigned int guard_enter_again(uintptr_t place)
{
	unsigned int found = guard.depth;

	if (guard_is_stale(place)) {
		guard.depth = 1;
		guard.place = place;
		return 0;
	}
	guard.depth = (found | GUARD_NESTED) + 1;
	return found;
}
