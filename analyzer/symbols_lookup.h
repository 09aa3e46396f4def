/*
 * What an open ELF file says about one code address: DWARF's functions and lines where there are
 * any, the nearest ELF symbol otherwise. Keeps nothing. Not thread-safe.
 */
#ifndef SOCKLIFE_SYMBOLS_LOOKUP_H
#define SOCKLIFE_SYMBOLS_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

#include <elfutils/libdwfl.h>

#include "symbols.h"
#include "symbols_scopes.h"

struct demangler;

struct symbols_lookup {
	struct demangler *demangler;
	struct frame frames[SYMBOLS_SCOPES_MAX]; /* innermost first; module and offset unset */
	size_t count;                            /* 0: nothing is known */
};

/* Names in the frames belong to the module's Dwfl or to the demangler. */
void symbols_lookup_find(struct symbols_lookup *lookup, Dwfl_Module *module, uint64_t address);

#endif
