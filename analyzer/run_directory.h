/*
 * The directory that a recording goes to. An earlier recording of that name is kept as DIR.old;
 * nothing that socklife did not write is ever renamed or removed.
 */
#ifndef SOCKLIFE_RUN_DIRECTORY_H
#define SOCKLIFE_RUN_DIRECTORY_H

#include <stddef.h>

#include "error.h"

/*
 * Makes an empty directory, mode 0700 when it is new, and writes its absolute path.
 * STATUS_WRITE, with *error filled, when that cannot be or would touch somebody's data.
 */
enum status run_directory_prepare(const char *directory, char *path, size_t size,
				  struct error *error);

#endif
