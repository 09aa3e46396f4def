/*
 * The file of `run --handles`. The library alone can read a handle catalog, so it is asked before
 * the program is started: this very command runs once more, preloaded with it, and what the library
 * says on stderr is the fault. One thread.
 */
#ifndef SOCKLIFE_RUN_HANDLES_H
#define SOCKLIFE_RUN_HANDLES_H

#include <stddef.h>

#include "error.h"

/* Writes the file's absolute path, or fills *error with the first fault in it. */
enum status run_handles_check(const char *file, const char *library, char *path, size_t size,
			      struct error *error);

#endif
