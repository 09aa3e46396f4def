/*
 * One side of a diff: its sockets, objects and findings, counted by name. One thread.
 */
#ifndef SOCKLIFE_DIFF_GATHER_H
#define SOCKLIFE_DIFF_GATHER_H

#include <stdbool.h>

#include <uthash.h>

#include "diff.h"

struct diff_group {
	struct diff_row row;
	uint32_t number; /* in the order of their making */
	UT_hash_handle hh;
};

/* The groups of one list, by name. */
struct diff_groups {
	struct diff_group *head;
	uint32_t count;
	bool failed; /* no memory */
};

void diff_gather_sites(struct diff_groups *groups, const struct diff_input *input,
		       enum diff_side side);
void diff_gather_classes(struct diff_groups *groups, const struct diff_input *input,
			 enum diff_side side);
void diff_gather_findings(struct diff_groups *groups, const struct diff_input *input,
			  enum diff_side side);
/* Frees the groups, not the names of their rows. */
void diff_groups_release(struct diff_groups *groups);

#endif
