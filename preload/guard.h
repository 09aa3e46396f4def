/*
 * The guard: a thread-local depth that says "we are inside socklife". While it is up, runtimes do
 * not look at what the recorder does to them. It is saved and restored, never set to a constant: a
 * signal handler or a fork may find it at any depth.
 *
 * A hook that finds it up is "nested": a signal handler has interrupted the recorder, or a runtime
 * runs the program's code for us (a finalizer). The hook records as ever, since nothing in the
 * recorder is locked against itself, but neither libunwind nor a runtime may be entered again.
 *
 * A handler may also leave by siglongjmp() and never return to the hook that it interrupted. So the
 * stack's place is kept with the depth: a hook that runs above it knows that the depth is stale.
 *
 * Initial-exec TLS: touching it never allocates, so it is safe in a signal handler and in a vfork
 * child (ELF Handling For Thread-Local Storage, section 4.3; the library is loaded at start, where
 * static TLS is always to be had).
 */
#ifndef SOCKLIFE_GUARD_H
#define SOCKLIFE_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#define GUARD_NESTED (1u << 31)

struct guard {
	uintptr_t place;
	unsigned int depth;
	uintptr_t site; /* where the program called the last hook that says so */
};

extern __thread struct guard guard __attribute__((tls_model("initial-exec")));

static inline bool guard_is_up(void)
{
	return guard.depth != 0;
}

static inline bool guard_is_nested(void)
{
	return (guard.depth & GUARD_NESTED) != 0;
}

/*
 * Marks the hook that a nested one has found, until it leaves: nothing that it holds may be changed
 * under it. Frames are aligned, so the place has a bit to spare.
 */
static inline void guard_hold(void)
{
	guard.place |= 1;
}

static inline bool guard_is_held(void)
{
	return guard.depth != 0 && (guard.place & 1) != 0;
}

/* In a hook: two calls at the same depth of the stack are told apart by it, sooner. Only a hint. */
#define GUARD_SITE() (guard.site = (uintptr_t)__builtin_return_address(0))

/* Raises the guard; give the returned depth back to guard_restore(). */
static inline unsigned int guard_raise(void)
{
	if (guard.depth == 0)
		guard.place = (uintptr_t)__builtin_frame_address(0);
	return guard.depth++;
}

/* What guard_enter() does when the guard is up already: nested, or stale. */
unsigned int guard_enter_again(uintptr_t place);

/* The same as guard_raise() for a hook, which may find itself nested. */
static inline unsigned int guard_enter(void)
{
	return __builtin_expect(guard.depth == 0, 1)
		       ? guard_raise()
		       : guard_enter_again((uintptr_t)__builtin_frame_address(0));
}

static inline void guard_restore(unsigned int depth)
{
	guard.depth = depth;
}

/*
 * For a short piece of the hot path: raises the guard unless it is up, and then returns false.
 * Between the two calls stands nothing that the compiler may move out (a handler that finds the
 * guard up leaves the trace where it is).
 */
static inline bool guard_try_raise(void)
{
	if (__builtin_expect(guard.depth != 0, 0))
		return false;
	guard.place = (uintptr_t)__builtin_frame_address(0);
	guard.depth = 1;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return true;
}

static inline void guard_lower(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	guard.depth = 0;
}

#endif
