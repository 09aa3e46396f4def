/*
 * The outcome of a check -> bytes, for people and for the services that run checks. A renderer
 * describes itself; check_renderers.def is the only list of them. Also what several of them say in
 * the same words. One thread.
 */
#ifndef SOCKLIFE_RENDER_CHECK_H
#define SOCKLIFE_RENDER_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "error.h"
#include "finding_place.h"

struct finding;
struct policy_breach;
struct policy_case;
struct policy_outcome;
struct policy_row;

struct check_renderer;

struct check_input {
	const struct check_renderer *renderer;
	const struct policy_case *judged;
	const struct policy_outcome *outcome;
	const char *base; /* the folder that paths are told from */
};

struct check_renderer {
	const char *name; /* what --format calls it */
	/* STATUS_NO_MEMORY or STATUS_WRITE, with *error filled, when the output is not whole. */
	enum status (*render)(const struct check_input *input, FILE *out, struct error *error);
};

#define CHECK_RENDERER(name) extern const struct check_renderer check_renderer_##name;
#include "check_renderers.def"

/* Not by --format, but by --gen-suppressions. */
extern const struct check_renderer check_renderer_suppressions;

/* NULL when there is none of that name. */
const struct check_renderer *check_renderer_find(const char *name);

#define CHECK_TEXT_SIZE 2048

/* "passed", "failed" or "incomplete". */
const char *check_result_word(const struct policy_outcome *outcome);
/* "failed: 2 findings (1 error, 1 warning), 1 limit broken; 3 known; …": one line, UTF-8. */
void check_summary_fill(const struct check_input *input, char *text, size_t size);
/* False when the place has no file. */
bool check_finding_place(const struct check_input *input, const struct finding *finding,
			 struct finding_place *place);
bool check_breach_place(const struct check_input *input, const struct policy_breach *breach,
			struct finding_place *place);
/* Text of any bytes in UTF-8, in which nothing moves a cursor. */
void check_escape(const char *bytes, char *text, size_t size);

/* The next finding of that state from `index` on, which moves on; NULL when there is none. */
const struct finding *check_finding_next(const struct check_input *input, int state,
					 uint32_t *index);

#endif
