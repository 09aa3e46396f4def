/*
 * Where each object stands among the others for people: under which other one, how deep, or left
 * out. Private to object_tree.c. Not thread-safe, as it asks symbols.
 */
#ifndef SOCKLIFE_OBJECT_PLACES_H
#define SOCKLIFE_OBJECT_PLACES_H

#include <stdbool.h>
#include <stdint.h>

struct model;
struct selection;
struct symbols;

#define OBJECT_DEPTH_MAX  12u
#define OBJECT_NOT_WANTED 0xfeu /* by the user's filters */
#define OBJECT_LEFT_OUT   0xffu /* came to nothing */

/* Both by object index. */
struct object_places {
	uint32_t *parents; /* the object to show it under, MODEL_NONE */
	uint8_t *depths;   /* at most OBJECT_DEPTH_MAX, or one of the two above */
};

/* False: out of memory. Release it in any case. */
bool object_places_init(struct object_places *places, const struct selection *selection,
			const struct model *model, struct symbols *symbols);
void object_places_release(struct object_places *places);

#endif
