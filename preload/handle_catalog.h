/*
 * Which handles are tracked: the built-in catalog and the files that SOCKLIFE_HANDLES names. A
 * function that both describe goes by the files. They are read in the constructor, the built-in
 * text only when a library of it is there, so that other programs pay for neither.
 *
 * Everything but handle_catalog() runs in the constructor or under the loader's lock: one thread.
 */
#ifndef SOCKLIFE_HANDLE_CATALOG_H
#define SOCKLIFE_HANDLE_CATALOG_H

#include <stdbool.h>
#include <stdint.h>

#include "handle_parse.h"

/* Reads the user's files, named as in SOCKLIFE_HANDLES, NULL for none. The first that describes a
 * function has the word on it. */
void handle_catalog_start(const char *files);

/* What is known so far; NULL: nothing has been asked for yet. */
const struct handle_catalog *handle_catalog(void);

/* True when a section describes a library of this name; reads the built-in text first if need be.
 */
bool handle_catalog_knows(const char *library);

/* True when the name fits one of the patterns. */
bool handle_catalog_fits(uint16_t first_pattern, uint16_t count, const char *name);

#endif
