/*
 * The constructors that are written in Python: the vectorcall pointer inside the function object of
 * __new__ or __init__ tells when it is entered and left (tp_init tells of others,
 * python_slots.h). Nothing of the function that a program can see changes.
 *
 * Needs the GIL.
 */
#ifndef SOCKLIFE_PYTHON_FUNCTIONS_H
#define SOCKLIFE_PYTHON_FUNCTIONS_H

#include <stdbool.h>

#include "python_api.h"

/* Learns from any Python function where functions keep their vectorcall pointer. */
bool python_functions_start(struct python_object *function);

/* Each borrows the pointer; false when `function` is none or somebody else has borrowed it. */
bool python_functions_take_init(struct python_object *function);
bool python_functions_take_new(struct python_object *function);

#endif
