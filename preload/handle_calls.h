/*
 * Calls of handles' functions that are under way, a small stack for each thread: in whose calls
 * does the thread stand? An entry is known by the place of its call on the machine's stack, so what
 * longjmp() or an exception left behind is found out: by its place once the stack is shorter, by
 * its cookie once something else lies there.
 *
 * Entering and leaving take no lock, no memory and no system call, and may happen in a signal
 * handler; they keep errno.
 */
#ifndef SOCKLIFE_HANDLE_CALLS_H
#define SOCKLIFE_HANDLE_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "handle_table.h"

struct handle_call;

/* A call begins. True: handle_call_leave() must hear of its end. The thunk calls both. */
bool handle_call_enter(struct handle_call *call);
void handle_call_leave(struct handle_call *call);

/*
 * The same by the program's own word (track.h): from a place on the stack downwards, until the end
 * is told or the stack is shorter than there.
 */
void handle_calls_begin(struct handle_ref ref, uintptr_t place);
void handle_calls_end(struct handle_ref ref);

/* The handles in whose calls this thread is, innermost first, each once. */
size_t handle_calls_under_way(struct handle_ref *refs, size_t max);

#endif
