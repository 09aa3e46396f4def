/*
 * The tracked objects that are alive: address to OBJECT id. No reference is held to any of them, so
 * an entry says nothing about an object once its death was missed; python_object_find() compares
 * the type as well.
 *
 * Needs the GIL and the guard.
 */
#ifndef SOCKLIFE_PYTHON_OBJECTS_H
#define SOCKLIFE_PYTHON_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "python_api.h"

struct python_class;

struct python_instance {
	const struct python_object *object;
	struct python_class *class;
	uint32_t id, generation;
	/* Inside a __new__ of Python's, inside __init__, out of both. */
	bool is_creating, is_constructing, is_constructed;
	bool is_revived;                    /* its end will not be seen */
	const struct python_object *proxy;  /* stands before it; NULL none, or gone */
	const struct python_object *behind; /* of a proxy: what it stands before */
};

/* Off when the interpreter has gone or was not understood. */
bool python_objects_are_on(void);
void python_objects_switch(bool is_on);

/* True while objects are recorded, in a place that may call Python. */
bool python_objects_may_record(void);

/* True while objects are recorded and one of them is alive. */
bool python_objects_are_alive(void);

/* `proxy`, which is tracked, stands before `object`. */
void python_object_stands_before(const struct python_object *proxy,
				 const struct python_object *object);

/* The proxy that stands before it; NULL when there is none. */
const struct python_object *python_object_proxy(const struct python_object *object);

/* An object of this class was just born; NULL when memory is short. */
struct python_instance *python_object_born(const struct python_object *object,
					   struct python_class *class);

/* An instance of a tracked class was just allocated; NULL if it is not tracked after all. */
struct python_instance *python_object_allocated(const struct python_object *object);

/* Its constructor has ended. */
void python_object_constructed(struct python_instance *instance);

/* A method of it runs outside every constructor: a copied or unpickled object never enters one. */
void python_object_seen_at_work(struct python_instance *instance);

/* is_collected: by the cycle collector. Uses no API, so it may be called until the very end. */
void python_object_ended(const struct python_object *object, bool is_collected);

/*
 * Its finalizer has let it live on. CPython calls no finalizer a second time (PEP 442), so its end
 * stays unknown.
 */
void python_object_revived(const struct python_object *object);

struct python_instance *python_object_find(const struct python_object *object);

/* Records an object whose birth was not seen; 0 if its class is not tracked. */
uint32_t python_object_adopt(const struct python_object *object);

/* The id in the present trace (a forked child's objects get theirs when first needed), 0 none. */
uint32_t python_object_id(struct python_instance *instance);

#endif
