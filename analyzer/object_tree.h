/*
 * Objects as people see them: under the object that made them, alike ones folded into one line.
 * Not thread-safe, as it asks symbols.
 */
#ifndef SOCKLIFE_OBJECT_TREE_H
#define SOCKLIFE_OBJECT_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

struct model;
struct selection;
struct symbols;
struct terminal;

struct object_group {
	uint32_t first; /* object index of the earliest; model order */
	uint32_t last;  /* of the latest; `next` leads there from `first` */
	uint32_t count;
	uint32_t parent; /* group, MODEL_NONE */
	uint32_t depth;
};

struct object_tree {
	struct object_group *groups; /* each behind its parent, in the order to print */
	uint32_t group_count;
	uint32_t *next;    /* by object index: the next one of its group; MODEL_NONE at the end */
	uint32_t left_out; /* pools and connections inside others that came to nothing */
	uint32_t shown;    /* objects in all groups */
};

/* Alike siblings are folded from this many on, as sockets are; plumbing already from two. */
#define OBJECT_FOLD_LEAST 3

/* Groups what the selection shows. Fails only with STATUS_NO_MEMORY. */
enum status object_tree_init(struct object_tree *tree, const struct selection *selection,
			     const struct terminal *terminal, const struct model *model,
			     struct symbols *symbols, struct error *error);
void object_tree_release(struct object_tree *tree);

#endif
