/*
 * The guard: a thread-local depth that says "we are inside socklife". Hooks pass straight through
 * while it is up, so that calls the recorder makes itself (libunwind's memory validator opens
 * pipes, dlopen reads files) are never recorded. It is saved and restored, never set to a constant:
 * a signal handler or a fork may find it at any depth.
 *
 * Initial-exec TLS: touching it never allocates, so it is safe in a signal handler and in a vfork
 * child (ELF Handling For Thread-Local Storage, section 4.3; the library is loaded at start, where
 * static TLS is always to be had).
 */
#ifndef SOCKLIFE_GUARD_H
#define SOCKLIFE_GUARD_H

#include <stdbool.h>

extern __thread unsigned int guard_depth __attribute__((tls_model("initial-exec")));

static inline bool guard_is_up(void)
{
	return guard_depth != 0;
}

/* Raises the guard; give the returned depth back to guard_restore(). */
static inline unsigned int guard_raise(void)
{
	return guard_depth++;
}

static inline void guard_restore(unsigned int depth)
{
	guard_depth = depth;
}

#endif
