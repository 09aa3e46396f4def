/*
 * Handles of C libraries: `PGconn *`, `CURL *` and their like become objects. Calls between modules
 * are seen by import-table patching: the slots by which the loaded modules call the functions of
 * the catalog lead to wrappers (handle_thunks.h), whatever way a library came in, under RTLD_LOCAL
 * and full RELRO too. Interposing them as libc's functions are would miss what RTLD_LOCAL and
 * dlsym() bind, would need a list fixed when this library is built, and would let every program
 * find names whose library it has not loaded.
 *
 * A library's calls of its own functions stay as they are. A program without a library of the
 * catalog is looked at once and left alone.
 */
#ifndef SOCKLIFE_HANDLE_H
#define SOCKLIFE_HANDLE_H

#include <stdbool.h>

/* Reads the user's catalog and patches what is loaded. Once, from the constructor. */
void handle_start(void);

/*
 * dlopen() or dlclose() is called: from now on there may be something to look at. `is_deep`: it
 * binds to libc's functions before it asks for the hooks (RTLD_DEEPBIND), so that its slots of
 * these are led to the hooks as well.
 */
void handle_loading(bool is_deep);

/*
 * Patches what dlopen() has brought since. Takes the loader's lock, so it is for the hooks of
 * dlopen() and dlsym(), which take it anyway. What was loaded is not called before one of them is,
 * but by its own constructors.
 */
void handle_look(void);

/* The process ends: notes as a gap what was opened with RTLD_DEEPBIND and never looked at. */
void handle_exiting(void);

/* True when a function of this name may have a wrapper. */
bool handle_is_name(const char *name);
/* The wrapper that dlsym() is to give instead of `found`, a function `name`; NULL: it has none. */
void *handle_lookup(const char *name, const void *found);

#endif
