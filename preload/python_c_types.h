/*
 * The types of the catalog that are written in C: found when the module that holds them has been
 * imported. Needs the GIL and the guard.
 */
#ifndef SOCKLIFE_PYTHON_C_TYPES_H
#define SOCKLIFE_PYTHON_C_TYPES_H

#include "python_api.h"

/* A module written in C was imported. */
void python_c_types_look(struct python_object *module);

#endif
