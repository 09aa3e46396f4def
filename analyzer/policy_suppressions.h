/*
 * Findings that are known and meant to be: a file in INI with a [suppression] for each, which says
 * `why` and asks by globs for rule, class, peer, function, file and module. All that it asks for
 * must hold; function, file and module of one frame of the stack. Owns its strings. One thread.
 */
#ifndef SOCKLIFE_POLICY_SUPPRESSIONS_H
#define SOCKLIFE_POLICY_SUPPRESSIONS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "error.h"

struct finding;
struct symbols;

enum suppression_key {
#define SUPPRESSION_KEY(NAME, name) SUPPRESSION_##NAME,
#include "policy_suppression_keys.def"
	SUPPRESSION_KEY_COUNT
};

#define SUPPRESSION_NONE UINT32_MAX

struct suppression {
	char *why;
	char *globs[SUPPRESSION_KEY_COUNT]; /* NULL: anything */
	uint64_t line;                      /* where it begins */
	uint32_t match_count;               /* findings that it fits */
};

struct suppressions {
	char *path;
	struct suppression *rows;
	uint32_t count;
};

/* STATUS_CORRUPT names file and line. On failure nothing is left to release. */
enum status suppressions_load(struct suppressions *suppressions, const char *path,
			      struct error *error);
enum status suppressions_parse(struct suppressions *suppressions, const char *path,
			       const char *bytes, size_t size_bytes, struct error *error);
void suppressions_release(struct suppressions *suppressions);

/* The first that fits, or SUPPRESSION_NONE; counts all that fit. */
uint32_t suppressions_match(struct suppressions *suppressions, const struct finding *finding,
			    struct symbols *symbols);

/* A block that suppresses this finding once somebody has written behind `why`. */
void suppression_write(const struct finding *finding, FILE *out);

#endif
