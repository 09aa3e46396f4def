/*
 * Threads that a library starts for a handle: what they open is the handle's, though it is in no
 * call of theirs. Only libraries whose section says `threads` are looked at: a resolver's thread
 * must not be taken for a client's. Any thread; no locks, no malloc.
 */
#ifndef SOCKLIFE_HANDLE_THREADS_H
#define SOCKLIFE_HANDLE_THREADS_H

#include <stddef.h>
#include <stdint.h>

#include "handle_table.h"

#define HANDLE_INHERITED_MAX 4

/*
 * What a slot of such a library is to hold instead of the function that starts threads; NULL when
 * `name` is none. `target` is that function, 0 when the slot is not bound yet.
 */
void *handle_threads_wrapper(const char *name, uintptr_t target);

/* The handles in whose calls this thread was started, innermost first. */
size_t handle_threads_inherited(struct handle_ref *refs, size_t max);

#endif
