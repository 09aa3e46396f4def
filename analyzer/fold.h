/*
 * Sockets that are alike, folded into one line: same process, origin, peer, outcome and place in
 * the program. Not thread-safe, as it asks symbols.
 */
#ifndef SOCKLIFE_FOLD_H
#define SOCKLIFE_FOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

struct model;
struct selection;
struct symbols;

struct fold_group {
	uint32_t first; /* socket index of the earliest; model order */
	uint32_t count;
};

#define FOLD_NOT_SHOWN UINT32_MAX

struct fold {
	struct fold_group *groups; /* in order of their first socket */
	uint32_t group_count;
	uint32_t *keys;    /* by socket index: sockets of equal key are alike; FOLD_NOT_SHOWN */
	uint32_t *lines;   /* by key: the group of more than one that they are; MODEL_NONE */
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

/* The same for very many sockets: each text is read once, or seldom. */
#define FOLD_NAMES 64u

struct fold_digests {
	struct symbols *symbols;
	uint64_t *places; /* by stack index; 0 not known yet */
	uint32_t stack_count;
	struct fold_name {
		const char *name; /* NULL: none yet */
		uint64_t start, digest;
	} names[FOLD_NAMES]; /* the latest ones, each where its pointer says */
};

/* False: out of memory. */
bool fold_digests_init(struct fold_digests *digests, const struct model *model,
		       struct symbols *symbols);
void fold_digests_release(struct fold_digests *digests);
/* 0 for a stack that is none, or has no place. */
uint64_t fold_digests_place(struct fold_digests *digests, uint32_t stack);
/* As fold_digest_text(). */
uint64_t fold_digests_name(struct fold_digests *digests, uint64_t start, const char *name);

#endif
