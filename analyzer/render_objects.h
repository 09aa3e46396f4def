/*
 * The OBJECTS section of the report for people: a line for each object under the one that made it,
 * the verdict on those that a person works with, and the lives of their sockets.
 */
#ifndef SOCKLIFE_RENDER_OBJECTS_H
#define SOCKLIFE_RENDER_OBJECTS_H

#include <stdio.h>

#include "error.h"

struct render_input;
struct terminal;

/* Writes nothing when there is no object to show. STATUS_NO_MEMORY with *error filled. */
enum status render_objects_print(const struct render_input *input, const struct terminal *terminal,
				 FILE *out, struct error *error);

#endif
