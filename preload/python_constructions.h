/*
 * Which tracked objects are under construction in this thread, from their birth to the end of their
 * constructor, and which written in C are at work: what is connected meanwhile was connected at
 * their creation, or is theirs though no frame has them for its argument.
 *
 * Needs the GIL; what the guard is not named for raises it itself.
 */
#ifndef SOCKLIFE_PYTHON_CONSTRUCTIONS_H
#define SOCKLIFE_PYTHON_CONSTRUCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "python_api.h"

/* An instance of a tracked class was just allocated. Needs the guard. */
void python_construction_allocated(const struct python_object *object);

/*
 * A __new__ that is a function of Python's is entered: true if it is the outermost one of a class
 * that is tracked. What it allocates first is under construction until it is left.
 */
bool python_construction_new_entered(struct python_object *type);
void python_construction_new_left(const struct python_object *type);

/* An __init__ is entered: true if it is the outermost one of an object that is tracked now. */
bool python_construction_init_entered(const struct python_object *object);
void python_construction_init_left(struct python_object *object, bool has_succeeded);

/* A method of an object written in C is entered and left. Needs neither GIL nor guard. */
void python_object_entered(const struct python_object *object);
void python_object_left(const struct python_object *object);

/* The object is gone, however far its construction was. Needs neither GIL nor guard. */
void python_construction_forget(const struct python_object *object);

/* The ids of those objects, innermost first. Needs the guard. */
size_t python_objects_under_construction(uint32_t *ids, size_t max);

#endif
