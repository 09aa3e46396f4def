/*
 * Two recordings side by side: what call sites, classes and findings count for in each, by names
 * that stay the same when lines, pids and ports change. Owns its rows. One thread.
 */
#ifndef SOCKLIFE_DIFF_H
#define SOCKLIFE_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "summary.h"

struct findings;
struct model;
struct symbols;

enum diff_side { DIFF_OLD, DIFF_NEW, DIFF_SIDES };

enum diff_list { DIFF_SITES, DIFF_CLASSES, DIFF_FINDINGS, DIFF_LISTS };

#define DIFF_COLUMNS_MAX 3

/* A number that is compared; the names of those of a list end with a NULL key. */
struct diff_column {
	const char *key;
	const char *one, *many; /* as in "3 connections" */
};

enum diff_change { DIFF_SAME, DIFF_IS_NEW, DIFF_GROWN, DIFF_SHRUNK, DIFF_GONE };

struct diff_row {
	char *name; /* "psycopg2.connection in count, leak.py": escaped, UTF-8 */
	uint64_t counts[DIFF_COLUMNS_MAX][DIFF_SIDES];
	enum diff_change change;
	uint64_t fingerprint; /* of a finding */
	uint32_t finding; /* its row on the side that has it, the new one before the old; or none */
	enum diff_side finding_side;
};

struct diff_rows {
	struct diff_row *rows; /* changed ones first: new, grown, shrunk, gone; then by name */
	size_t count;
};

struct diff_input {
	const struct model *model;
	struct symbols *symbols;
	const struct findings *findings;
};

struct diff {
	struct diff_rows lists[DIFF_LISTS];
	struct summary summaries[DIFF_SIDES];
	uint64_t leaked[DIFF_SIDES];
};

/* Fails only with STATUS_NO_MEMORY; nothing is left to release then. */
enum status diff_init(struct diff *diff, const struct diff_input inputs[DIFF_SIDES],
		      struct error *error);
void diff_release(struct diff *diff);

/* Ended by a NULL key. */
const struct diff_column *diff_columns(enum diff_list list);
const char *diff_list_key(enum diff_list list); /* "call_sites" */
const char *diff_change_word(enum diff_change change);

#endif
