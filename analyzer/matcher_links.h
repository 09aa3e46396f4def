/*
 * Puts the links of a model into the order of their sockets. Private to matcher*.c.
 */
#ifndef SOCKLIFE_MATCHER_LINKS_H
#define SOCKLIFE_MATCHER_LINKS_H

#include <stdbool.h>

struct model;

/*
 * Those of one socket: owners, the innermost first, then users and closers in the order in which
 * they came. False: out of memory.
 */
bool matcher_links_order(struct model *model);

#endif
