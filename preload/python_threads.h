/*
 * Threads that an object's method starts: what they connect is, more weakly, the object's. The
 * objects on the starter's stack are kept by the address of the Thread object, which is the first
 * argument of the new thread's outermost frame (Lib/threading.py, Thread._bootstrap).
 *
 * Needs the GIL and the guard.
 */
#ifndef SOCKLIFE_PYTHON_THREADS_H
#define SOCKLIFE_PYTHON_THREADS_H

#include <stddef.h>
#include <stdint.h>

#include "python_api.h"

/* Once, before threading is imported: from then on starts are seen. */
void python_threads_start(void);

/* Owners of the thread whose outermost frame has this first argument; how many there are. */
size_t python_thread_owners(const struct python_object *outermost_self, uint32_t *ids, size_t max);

#endif
