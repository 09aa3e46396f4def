/*
 * What renderers and verdicts say about an object in the same words: its name for people, how long
 * it lived, which object holds a socket. Needs a model that the matcher has completed. Thread-safe
 * but for what takes a terminal.
 */
#ifndef SOCKLIFE_OBJECT_FACTS_H
#define SOCKLIFE_OBJECT_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"

struct terminal;

#define OBJECT_LABEL_SIZE 128

/* "Engine o2": enough beside a table that tells the rest. Escaped. */
void object_label(const struct terminal *terminal, const struct model *model, uint32_t object,
		  char *text, size_t size);
/* "Session" for requests.sessions.Session: for one inside another, which tells the package. */
void object_class_last(const struct terminal *terminal, const struct model *model, uint32_t object,
		       char *text, size_t size);
/* "requests.Session" for requests.sessions.Session; the whole name when another class of the model
 * would be called the same. Escaped. */
void object_class_short(const struct terminal *terminal, const struct model *model, uint32_t object,
			char *text, size_t size);

/* A pool or a connection: how sessions, clients and engines reach sockets. */
bool object_is_plumbing(const struct model_object *object);
/* Alive to the end of its process, or beyond what was recorded. */
bool object_is_alive_at_end(const struct model_object *object);
/* When it was gone; INT64_MAX for one that is alive at the end. */
int64_t object_gone_ns(const struct model_object *object);

/*
 * The owner that a person would name: the one that has hold of it longest of those that are no
 * plumbing or that no object made, and of equals the outermost. MODEL_NONE without owners.
 */
uint32_t object_holder(const struct model *model, const struct model_socket *socket);

/* One of its owners is a pool. */
bool object_chain_has_pool(const struct model *model, const struct model_socket *socket);
/* The socket is among those that the object opened and left open at the end. */
bool object_has_open_at_end(const struct model *model, uint32_t object, uint32_t socket);

/*
 * When the object let go of a socket that lives on: when a connection inside it in the chain, by
 * which it had reached the socket, was gone (SQLAlchemy gives back so), or when it was gone itself.
 * TIME_NONE when it never did.
 */
int64_t object_release_ns(const struct model *model, uint32_t object,
			  const struct model_socket *socket);

#endif
