/*
 * Calls of type() and of metaclasses, which make classes: decorators do that make one anew
 * (dataclass() for __slots__, attrs), and botocore for each client. No class statement tells of
 * it. Needs the GIL.
 */
#ifndef SOCKLIFE_PYTHON_TYPE_CALLS_H
#define SOCKLIFE_PYTHON_TYPE_CALLS_H

#include "python_api.h"

void python_type_calls_start(void);

/* A class was just made, by whatever statement or call. */
void python_type_made(struct python_object *made);

#endif
