/*
 * Loaded modules that the catalog speaks of, and the wrappers of their functions. Needs the
 * loader's lock, so no module comes or goes meanwhile.
 */
#ifndef SOCKLIFE_HANDLE_LIBRARIES_H
#define SOCKLIFE_HANDLE_LIBRARIES_H

#include <stdbool.h>
#include <stdint.h>

#include "handle_elf.h"
#include "handle_parse.h"

/* True when a section of the catalog speaks of this module for the first time. */
bool handle_libraries_learn(const struct handle_module *module);

/* True when there is a library of the catalog. */
bool handle_libraries_any(void);

/* True when the module is one that `library`, a section of the catalog, speaks of. */
bool handle_libraries_is(const struct handle_module *module, uint16_t library);

/* True when a section says that the module's threads work for handles. */
bool handle_libraries_has_threads(const struct handle_module *module);

/*
 * The wrapper of the function that a slot holds, or will hold once it is bound; NULL: none. The
 * section of the catalog that it comes from is in *library.
 */
void *handle_libraries_wrapper(const struct handle_module *module, const struct handle_slot *slot,
			       uint16_t *library);

/* Modules were unloaded: keeps of what was learned what is true of those that are there. */
void handle_libraries_review(const struct handle_module *modules, size_t count);

#endif
