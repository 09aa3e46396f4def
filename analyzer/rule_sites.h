/*
 * Prepares what rules ask of many sockets at once: which sockets one line of the program opened and
 * which sockets several processes had. Private to rule*.c. One thread.
 */
#ifndef SOCKLIFE_RULE_SITES_H
#define SOCKLIFE_RULE_SITES_H

#include <stdbool.h>
#include <stdint.h>

#include "rule_scene.h"

/* False: out of memory. Release them in any case. */
bool rule_sites_init(struct rule_scene *scene);
void rule_sites_release(struct rule_scene *scene);

/* Of which kind the sites of a socket are; false: it counts to none. Needs scene->kinds. */
bool rule_site_kind(const struct rule_scene *scene, uint32_t socket, enum rule_site_kind *kind);

/*
 * Nothing came of the site's socket at `place` (0 the first) when it might have: it had fallen
 * silent for good when the same line opened the next, or its peer is gone for longer than the grace
 * period.
 */
bool rule_site_is_abandoned(const struct rule_scene *scene, const struct rule_site *site,
			    uint32_t place);

#endif
