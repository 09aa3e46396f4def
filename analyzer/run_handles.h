/*
 * The files of `run --handles`. The library alone can read a handle catalog, so it is asked before
 * the program is started: this very command runs once more, preloaded with it, and what the library
 * says on stderr is the fault. One thread.
 */
#ifndef SOCKLIFE_RUN_HANDLES_H
#define SOCKLIFE_RUN_HANDLES_H

#include <stddef.h>

#include "error.h"

/* *paths becomes what SOCKLIFE_HANDLES is to say, NULL for no files, and the caller frees it; or
 * *error is filled with the first fault in one of them. */
enum status run_handles_check(const char *const *files, size_t count, const char *library,
			      char **paths, struct error *error);

#endif
