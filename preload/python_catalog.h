/*
 * Which classes are tracked: the built-in catalog and what SOCKLIFE_TRACK adds. Read once when the
 * runtime starts, constant from then on.
 */
#ifndef SOCKLIFE_PYTHON_CATALOG_H
#define SOCKLIFE_PYTHON_CATALOG_H

#include <stdbool.h>
#include <stdint.h>

#include <socklife/trace_format.h>

/* python_catalog_entry.flags */
#define PYTHON_CLASS_ONE_THREAD (1u << 0)
#define PYTHON_CLASS_HAS_FD     (1u << 1)
/* No object of ours: what its finalizer closes, nobody asked to close. */
#define PYTHON_CLASS_HOLDS_SOCKET (1u << 2)

/* Stands before another object of the catalog, its sync_engine, and owns what that one owns. */
#define PYTHON_CLASS_IS_PROXY (1u << 3)

struct python_catalog_entry {
	enum trace_role role;
	uint32_t flags;
	/* "package.Class": tracked only if the package shows the class by this name; NULL: anyway
	 */
	const char *public_name;
};

/*
 * SOCKLIFE_TRACK: "module.Class[=role],…"; what cannot be read is left out. The module may also be
 * a package that re-exports the class from a module inside of it.
 */
void python_catalog_start(const char *tracked);

/* Looks "module.Class" up; false when it is not in the catalog itself. */
bool python_catalog_find(const char *module, const char *name, struct python_catalog_entry *entry);

#endif
