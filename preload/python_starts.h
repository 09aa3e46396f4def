/*
 * Threads and tasks that are started while objects are on the stack: what they connect later is,
 * more weakly, those objects'. Kept by the address of whatever stands for the start (the Thread or
 * the Task); no reference is held to it, so whoever makes another one at that address says so.
 *
 * Needs the GIL and the guard.
 */
#ifndef SOCKLIFE_PYTHON_STARTS_H
#define SOCKLIFE_PYTHON_STARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PYTHON_OWNERS_MAX 8 /* SQLAlchemy, from its pool to AsyncSession: 6 */

/* Keeps the objects on the calling stack, or what its own thread or task has inherited. */
void python_start_keep(const void *key);

/* The objects kept by this key in this process; how many there are. */
size_t python_start_owners(const void *key, uint32_t *ids, size_t max);

/* False while nothing has been kept: then no key need be looked for. */
bool python_starts_are_kept(void);

#endif
