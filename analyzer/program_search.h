/*
 * Finds the file of a command as execvp(3) does. Reads PATH; thread-safe as far as getenv is.
 */
#ifndef SOCKLIFE_PROGRAM_SEARCH_H
#define SOCKLIFE_PROGRAM_SEARCH_H

#include <limits.h>

#include "program.h"

/*
 * PROGRAM_OPAQUE: `path` is an executable file, not looked into yet. Else PROGRAM_MISSING,
 * PROGRAM_DIRECTORY or PROGRAM_NOT_EXECUTABLE, and `path` is what was found last, or the name.
 */
enum program_kind program_search(const char *command, char path[PATH_MAX]);
/* The same for a path, which may lack a slash: without looking at PATH. */
enum program_kind program_search_path(const char *name, char path[PATH_MAX]);

#endif
