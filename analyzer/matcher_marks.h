/*
 * Which mark was the innermost when a socket was born: the one of its own process, else of the
 * nearest process above it that has one, else of the only process that left nothing but marks (a
 * shell). Private to matcher*.c.
 */
#ifndef SOCKLIFE_MATCHER_MARKS_H
#define SOCKLIFE_MATCHER_MARKS_H

#include <stdbool.h>

struct model;

/* Fills model->socket_marks, which stays NULL where there are no marks. False: out of memory. */
bool matcher_marks(struct model *model);

#endif
