/*
 * Where libsocklife.so is: $SOCKLIFE_LIBRARY, else beside the command's own file, else in
 * ../lib/socklife from there (PREFIX/bin and PREFIX/lib/socklife when installed).
 */
#ifndef SOCKLIFE_LIBRARY_PATH_H
#define SOCKLIFE_LIBRARY_PATH_H

#include <stddef.h>

#include "error.h"

/*
 * Writes its absolute path. STATUS_NOT_FOUND, with *error filled, when there is none, or when the
 * path has a character at which the dynamic linker would cut LD_PRELOAD (ld.so(8): space, colon).
 */
enum status library_path_find(char *path, size_t size, struct error *error);

#endif
