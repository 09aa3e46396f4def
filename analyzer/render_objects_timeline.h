/*
 * The lives of sockets below the object that holds them, all in one scale. Private to
 * render_objects*.c and render_show*.c.
 */
#ifndef SOCKLIFE_RENDER_OBJECTS_TIMELINE_H
#define SOCKLIFE_RENDER_OBJECTS_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "timeline.h"

struct model;
struct object_tree;
struct terminal;

/* More lines than this say less than the table. */
#define TIMELINES_MAX 12

struct timelines {
	const struct terminal *terminal;
	const struct model *model;
	struct timeline_span span;
	uint32_t count; /* sockets that have a line */
};

/* Counts and spans the sockets that unfolded objects of the tree hold. */
void timelines_init(struct timelines *timelines, const struct terminal *terminal,
		    const struct model *model, const struct object_tree *tree);
/* The same for all that one object opened. */
void timelines_init_object(struct timelines *timelines, const struct terminal *terminal,
			   const struct model *model, uint32_t object);

/* A line for each connection that the object opened; with `held_only`, that it holds. */
void timelines_print(const struct timelines *timelines, uint32_t object, bool held_only,
		     unsigned int indent, FILE *out);
void timelines_print_legend(const struct timelines *timelines, FILE *out);

#endif
