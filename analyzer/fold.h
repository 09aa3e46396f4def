/*
 * Sockets that are alike, folded into one line: same process, origin, peer, outcome and place in
 * the program. Not thread-safe, as it asks symbols.
 */
#ifndef SOCKLIFE_FOLD_H
#define SOCKLIFE_FOLD_H

#include <stdint.h>

#include "error.h"

struct model;
struct selection;
struct symbols;

struct fold_group {
	uint32_t first; /* socket index of the earliest; model order */
	uint32_t last;  /* of the latest; `next` leads there from `first` */
	uint32_t count;
};

struct fold {
	struct fold_group *groups; /* in order of their first socket */
	uint32_t group_count;
	uint32_t *next;    /* by socket index: the next one of its group; MODEL_NONE at the end */
	uint32_t left_out; /* noise that the filters would have let through */
	uint32_t shown;    /* sockets in all groups */
};

#define FOLD_LEAST 3 /* two lines are as quickly read as one folded */

/* Groups what the selection shows. Fails only with STATUS_NO_MEMORY. */
enum status fold_init(struct fold *fold, const struct selection *selection,
		      const struct model *model, struct symbols *symbols, struct error *error);
void fold_release(struct fold *fold);

/* Digests to compare by; `start` goes into the digest, NULL leaves it alone. */
uint64_t fold_digest_text(uint64_t start, const char *text);
/* Of the program's own line in a stack: the same line reached by different ways is one place. */
uint64_t fold_digest_place(struct symbols *symbols, uint32_t stack);

#endif
