/*
 * Two recordings side by side -> bytes. STATUS_NO_MEMORY or STATUS_WRITE when the output is not
 * whole. One thread.
 */
#ifndef SOCKLIFE_RENDER_DIFF_H
#define SOCKLIFE_RENDER_DIFF_H

#include <stdint.h>
#include <stdio.h>

#include "diff.h"
#include "error.h"

struct diff_page {
	const struct diff *diff;
	const struct diff_input *inputs;
	const char *names[DIFF_SIDES]; /* of the traces */
};

/* A number of the run as a whole. */
struct diff_total {
	const char *key;  /* as the report's totals call it */
	const char *name; /* for people */
	uint64_t counts[DIFF_SIDES];
};

#define DIFF_TOTALS_COUNT 7

/* `index` below DIFF_TOTALS_COUNT. */
struct diff_total diff_total(const struct diff *diff, unsigned int index);

enum status render_diff_text(const struct diff_page *page, FILE *out, struct error *error);
enum status render_diff_json(const struct diff_page *page, FILE *out, struct error *error);

#endif
