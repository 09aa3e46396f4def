/*
 * model -> bytes. A renderer describes itself; renderers.def is the only list of them. Renderers
 * only read the model, never the trace.
 */
#ifndef SOCKLIFE_RENDER_H
#define SOCKLIFE_RENDER_H

#include <stdbool.h>
#include <stdio.h>

#include "error.h"

struct findings;
struct model;
struct selection;
struct symbols;

enum render_timelines { RENDER_TIMELINES_FEW, RENDER_TIMELINES_ALL, RENDER_TIMELINES_NONE };

struct render_input {
	const struct model *model;
	struct symbols *symbols;
	const struct findings *findings; /* NULL: nobody has judged */
	const struct selection *selection;
	bool with_stacks;                /* for people; programs get them always */
	enum render_timelines timelines; /* for people: FEW when they are easily read */
};

struct renderer {
	const char *name; /* what --format calls it */
	/* STATUS_NO_MEMORY or STATUS_WRITE, with *error filled, when the output is not whole. */
	enum status (*render)(const struct render_input *input, FILE *out, struct error *error);
};

#define RENDERER(name) extern const struct renderer renderer_##name;
#include "renderers.def"

/* NULL when there is none of that name. */
const struct renderer *renderer_find(const char *name);

/* What a renderer returns at its end: did everything reach the file? */
enum status render_finish(FILE *out, struct error *error);

#endif
