/*
 * A baseline: the findings that a project has agreed to live with for now, in JSON that is
 * committed:
 *
 *     {"schema": "socklife-baseline/1",
 *      "findings": [{"fingerprint": "0123456789abcdef", "rule": "leaked", "count": 3,
 *                    "what": "psycopg2.connection, count in leak.py"}]}
 *
 * Only fingerprint and count are compared; rule and what are for people. In order of fingerprint,
 * so that a new one changes one place of the file. Owns its strings. One thread.
 */
#ifndef SOCKLIFE_POLICY_BASELINE_H
#define SOCKLIFE_POLICY_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct baseline_entry {
	uint64_t fingerprint;
	uint64_t count;
	char *rule, *what;
};

struct baseline {
	char *path;
	struct baseline_entry *entries; /* by fingerprint, each once */
	size_t count;
};

/* Empty, for a file that is to be written. */
enum status baseline_init(struct baseline *baseline, const char *path, struct error *error);
/* STATUS_NOT_FOUND when there is no such file. On failure nothing is left to release. */
enum status baseline_load(struct baseline *baseline, const char *path, struct error *error);
enum status baseline_parse(struct baseline *baseline, const char *path, const char *bytes,
			   size_t size_bytes, struct error *error);
void baseline_release(struct baseline *baseline);

/* NULL when it is not there. */
const struct baseline_entry *baseline_find(const struct baseline *baseline, uint64_t fingerprint);

/* Adds to the count of an entry that is there. The texts are copied. */
enum status baseline_add(struct baseline *baseline, uint64_t fingerprint, uint64_t count,
			 const char *rule, const char *what, struct error *error);
/* Takes the entries over from another one, which is empty then. */
enum status baseline_take(struct baseline *baseline, struct baseline *other, const char *path,
			  struct error *error);
/* Replaces the file in one step: a reader finds the old one or the new one, whole. */
enum status baseline_save(const struct baseline *baseline, struct error *error);

#endif
