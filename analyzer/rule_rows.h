/*
 * Folds judgements into rows: same rule, place, class and program. Private to rule*.c. One thread.
 */
#ifndef SOCKLIFE_RULE_ROWS_H
#define SOCKLIFE_RULE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "numbering.h"
#include "rule_scene.h"

struct rule_rows_entry;

struct rule_rows {
	struct rule_row *rows;
	uint32_t count, room;
	struct rule_rows_entry *entries; /* uthash */
	struct numbering origins;        /* of judgements */
	uint32_t *origin_rows;           /* by number of the origin: its row */
	uint32_t origin_room;
};

/* False: out of memory. */
bool rule_rows_add(const struct rule_scene *scene, const struct rule_judgement *judgement);
void rule_rows_release(struct rule_rows *rows);

/* What of a finding is the same in every run: rule, program, file and function, class. */
uint64_t rule_rows_fingerprint(const struct rule_scene *scene,
			       const struct rule_judgement *judgement);

#endif
