#include "guard.h"

#include <signal.h>

#include "kernel.h"

__thread unsigned int guard_depth __attribute__((tls_model("initial-exec")));
__thread uintptr_t guard_place __attribute__((tls_model("initial-exec")));

/*
 * Stacks grow downwards, so whoever runs above the place where the guard was raised has left it
 * behind. A handler may run on a stack of its own (sigaltstack(2)), of which that says nothing.
 */
static bool guard_is_stale(uintptr_t place)
{
	stack_t other = {.ss_flags = SS_DISABLE};
	bool is_raised_there;

	kernel_call2(SYS_sigaltstack, NULL, &other);
	is_raised_there = guard_place - (uintptr_t)other.ss_sp < other.ss_size;
	if (is_raised_there != ((other.ss_flags & SS_ONSTACK) != 0))
		return is_raised_there;
	return place > guard_place;
}

unsigned int guard_enter_again(uintptr_t place)
{
	unsigned int found = guard_depth;

	if (guard_is_stale(place)) {
		guard_depth = 1;
		guard_place = place;
		return 0;
	}
	guard_depth = (found | GUARD_NESTED) + 1;
	return found;
}
