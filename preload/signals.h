/*
 * Signals, for the few steps that no handler may interrupt: loading libraries, giving birth to the
 * trace, growing its file. Raw system calls; any thread, any signal handler.
 */
#ifndef SOCKLIFE_SIGNALS_H
#define SOCKLIFE_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

struct signals_mask {
	uint64_t old;
	bool is_blocked; /* false: a seccomp filter refused, and nothing has changed */
};

/* Blocks what can come unasked, in this thread, until signals_restore(). */
struct signals_mask signals_block(void);
void signals_restore(struct signals_mask mask);

/* Remembers where the main thread's stack ends. Once, from the constructor. */
void signals_start(void);

/* The end of the stack that `place`, an address on it, is on; 0 when it is none of glibc's. */
uintptr_t signals_stack_end(uintptr_t place);

/*
 * False when this thread is certainly not inside a signal handler. It is not asked of handlers with
 * SA_NODEFER, which leave no trace in the mask.
 */
bool signals_may_be_in_handler(void);

#endif
