/* What renderers say about a mark in the same words. Thread-safe. */
#ifndef SOCKLIFE_MARK_FACTS_H
#define SOCKLIFE_MARK_FACTS_H

#include <stdbool.h>

struct model_mark;
struct model_socket;

/* A connection or a listening socket: what a mark is asked about. */
bool mark_opens(const struct model_socket *socket);
/* The same, born in the mark and open still when it ended. */
bool mark_leaves(const struct model_mark *mark, const struct model_socket *socket);

#endif
