/*
 * Prepares what rules ask of many sockets at once: which connections one line of the program made
 * to one peer, and which sockets several processes had. Private to rule*.c. One thread.
 */
#ifndef SOCKLIFE_RULE_SITES_H
#define SOCKLIFE_RULE_SITES_H

#include <stdbool.h>

struct rule_scene;

/* False: out of memory. Release them in any case. */
bool rule_sites_init(struct rule_scene *scene);
void rule_sites_release(struct rule_scene *scene);

#endif
