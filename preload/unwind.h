/*
 * Native call stacks, by rules that are looked up once for each return address and remembered
 * (frame_rule.h); and a walk that comes by the same words again is known by them (unwind_path.h).
 * It costs a fraction of libunwind's fast path and holds nothing for a thread, but serves only
 * stacks whose every frame has a simple rule, and declines where one has not: a real unwinder is to
 * be asked then. What it tells is what that one would.
 *
 * Nothing is read but this thread's stack, from the stack pointer to the end that glibc gave it. On
 * others (sigaltstack) it declines, and always where this is not x86-64 with glibc 2.35 or later.
 * Lock-free; any thread, any signal handler.
 */
#ifndef SOCKLIFE_UNWIND_H
#define SOCKLIFE_UNWIND_H

#include <stddef.h>
#include <stdint.h>

#include "unwind_path.h"

/* Once, where the loader's locks may be taken. */
void unwind_start(void);

/*
 * Return addresses, innermost first, the caller's own among them, at most max. 0: declined; or the
 * walk is known, and path->known its number: that is not looked for without a path.
 */
size_t unwind_capture(uint64_t *frames, size_t max, struct unwind_path *path);

/* Forgets all rules and walks: modules have come or gone, or the numbers mean nothing any more. */
void unwind_forget(void);

#endif
