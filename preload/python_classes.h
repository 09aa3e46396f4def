/*
 * The tracked classes that exist in this interpreter: found as class statements and calls make
 * them, as subclasses of known ones, or as python_c_types.h finds them. Knows for each what its
 * slots held before socklife borrowed them (python_slots.h).
 *
 * Needs the GIL and the guard. Holds no reference to any class: a record whose class is gone is
 * recognized by its slots, which a new class at the same address does not have.
 */
#ifndef SOCKLIFE_PYTHON_CLASSES_H
#define SOCKLIFE_PYTHON_CLASSES_H

#include <stdbool.h>
#include <stdint.h>

#include "python_api.h"
#include "python_catalog.h"

/* A class as the report knows it; botocore makes a new type of the same name for every client. */
struct python_name {
	struct python_name *next;
	const char *text;
	uint32_t generation, string, count; /* of this generation */
};

struct python_class {
	struct python_type *type;
	struct python_name *name; /* NULL until it has an instance: modules rename their classes */
	struct python_catalog_entry entry;
	bool is_c_type;
	bool has_constructor;     /* one that tells when it ends */
	unsigned int version_tag; /* of the type when its constructors were looked at */
	/* what the slots held before */
	python_alloc_fn alloc;
	python_init_fn init;
	python_release_fn finalize;
	python_release_fn dealloc;
};

/* A class statement was carried out, or type() called for a class. */
void python_class_made(struct python_object *made);

/* Tracks a type from now on; NULL when that is not possible. */
struct python_class *python_class_add(struct python_type *type, bool is_c_type,
				      const struct python_catalog_entry *entry);

/* The name of that text; NULL when memory is short. */
struct python_name *python_class_name_of_text(const char *text);

/* The record of exactly this type, NULL when it is not tracked (yet). */
struct python_class *python_class_find(struct python_type *type);

/* The record of this type, made now if it turns out to be a subclass of a tracked class. */
struct python_class *python_class_resolve(struct python_type *type);

/* Looks again at a class that the program may have changed. */
void python_class_renew(struct python_class *class);

/* The name with its STRING id in the present trace; NULL when memory or the trace is full. */
struct python_name *python_class_name(struct python_class *class);

#endif
