/*
 * What the matcher derives for each object once its sockets are listed: when it connects, what it
 * left open, which objects it made. Private to matcher*.c.
 */
#ifndef SOCKLIFE_MATCHER_OBJECTS_H
#define SOCKLIFE_MATCHER_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

struct model;
struct model_socket;

/* When connecting began; when the socket was created if it never did. */
int64_t matcher_connect_ns(const struct model_socket *socket);

/* Needs model.opened and model.used with every object's places in them. False: out of memory. */
bool matcher_objects(struct model *model);

#endif
