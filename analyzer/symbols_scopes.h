/*
 * The functions that a code address lies in, by DWARF: the subprogram, and inside it the inlined
 * calls. libdw's own dwarf_getscopes() is not used: it does not enter namespaces, where clang puts
 * definitions, and it trusts the nesting and the sibling references of an untrusted file, so that a
 * hostile one could exhaust the stack or loop. Thread-safe as far as libdw is.
 */
#ifndef SOCKLIFE_SYMBOLS_SCOPES_H
#define SOCKLIFE_SYMBOLS_SCOPES_H

#include <stddef.h>

#include <elfutils/libdw.h>

#define SYMBOLS_SCOPES_MAX 64

struct symbols_scopes {
	Dwarf_Die
		dies[SYMBOLS_SCOPES_MAX]; /* outermost first: the subprogram, then inlined calls */
	size_t count;
};

/* Fills `scopes` with those of `unit` that contain `address`; none when nothing does. */
void symbols_scopes_find(struct symbols_scopes *scopes, Dwarf_Die *unit, Dwarf_Addr address);

#endif
