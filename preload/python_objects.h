/*
 * The tracked objects that are alive: address to OBJECT id. No reference is held to any of them, so
 * an entry says nothing about an object once its death was missed; python_object_find() compares
 * the type as well.
 *
 * Needs the GIL and the guard, python_object_constructing() and _constructed() the GIL only.
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
	bool is_constructing, is_constructed;
};

/* Off when the interpreter has gone or was not understood. */
bool python_objects_are_on(void);
void python_objects_switch(bool is_on);

/* True while objects are recorded and one of them is alive. */
bool python_objects_are_alive(void);

/* An instance of a tracked class was just allocated. */
void python_object_allocated(const struct python_object *object);

/* A constructor is entered: true if it is the outermost one of an object that is tracked now. */
bool python_object_constructing(const struct python_object *object);
void python_object_constructed(struct python_object *object, bool has_succeeded);

/* A method of it runs outside every constructor: a copied or unpickled object never enters one. */
void python_object_seen_at_work(struct python_instance *instance);

/* is_collected: by the cycle collector. Uses no API, so it may be called until the very end. */
void python_object_ended(const struct python_object *object, bool is_collected);

struct python_instance *python_object_find(const struct python_object *object);

/* Records an object whose birth was not seen; 0 if its class is not tracked. */
uint32_t python_object_adopt(const struct python_object *object);

/* The id in the present trace (a forked child's objects get theirs when first needed), 0 none. */
uint32_t python_object_id(struct python_instance *instance);

/* A method of an object written in C is entered and left in this thread. */
void python_object_entered(const struct python_object *object);
void python_object_left(const struct python_object *object);

/*
 * Objects written in C that are under construction or at work in this thread, innermost first: they
 * are no frame's first argument, yet a socket that is connected now is theirs.
 */
size_t python_objects_under_construction(uint32_t *ids, size_t max);

#endif
