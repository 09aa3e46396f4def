/*
 * Who is in a call on a handle that is not meant to be shared by threads, and who came to it
 * meanwhile. An overlap is told once a handle, and only when it is proven: a call began while
 * another thread was in one, and that one has gone on and returned. A thread that has left a call
 * by longjmp(), or has ended in it, proves nothing.
 *
 * Any thread, any signal handler: no locks, no malloc; errno is kept. Two threads that begin within
 * the same few instructions are not noticed, since entering costs no atomic operation.
 */
#ifndef SOCKLIFE_HANDLE_OVERLAP_H
#define SOCKLIFE_HANDLE_OVERLAP_H

#include <stdint.h>

#include "handle_table.h"

/* A call on it begins while the call `occupant`, which is another thread's, is under way. */
void handle_overlap_begins(struct handle_entry *entry, uint64_t occupant);

/* The call that another thread came to returns, and its handle is still there. */
void handle_overlap_proven(struct handle_entry *entry);

#endif
