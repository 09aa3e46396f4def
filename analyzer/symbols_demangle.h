/*
 * Readable names for mangled C++ (and old Rust) ones. The demangler is libstdc++'s own
 * __cxa_demangle (Itanium C++ ABI, chapter 3), taken from libstdc++.so.6 by dlopen when the first
 * mangled name comes: linking it would load a C++ runtime for every command, and where it is not
 * installed no C++ program can run either. Without it names stay mangled. Not thread-safe.
 */
#ifndef SOCKLIFE_SYMBOLS_DEMANGLE_H
#define SOCKLIFE_SYMBOLS_DEMANGLE_H

#include <stdbool.h>

struct demangled_name;

struct demangler {
	void *library;
	char *(*demangle)(const char *, char *, unsigned long *, int *);
	struct demangled_name *names; /* owns what it gave out */
	bool is_looked_for;
};

void demangler_init(struct demangler *demangler);
void demangler_release(struct demangler *demangler);

/* NULL when `name` is not mangled or cannot be demangled. Valid until demangler_release(). */
const char *demangler_name(struct demangler *demangler, const char *name);

#endif
