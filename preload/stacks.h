/*
 * Call stacks as STACK records, each stored once (intern.h). Any thread, any signal handler; call
 * with the guard up.
 */
#ifndef SOCKLIFE_STACKS_H
#define SOCKLIFE_STACKS_H

#include <stddef.h>
#include <stdint.h>

/* Forgets all: the file is new (birth, or a forked child). Returns 0 or an errno value. */
int stacks_reset(void);

/* The id of this stack, writing it if it is new; 0 when there is no room or no frame. */
uint32_t stacks_intern(const uint64_t *frames, size_t count);

#endif
