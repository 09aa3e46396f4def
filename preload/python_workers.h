/*
 * Methods of types written in C in which a socket is connected: the functions behind them are
 * borrowed, so that the object is known to be at work while one runs. Needs the GIL and the guard.
 */
#ifndef SOCKLIFE_PYTHON_WORKERS_H
#define SOCKLIFE_PYTHON_WORKERS_H

#include "python_api.h"

/* Once for each type: borrows what the catalog has for this name of a type. */
void python_workers_take(struct python_type *type, const char *name);

#endif
