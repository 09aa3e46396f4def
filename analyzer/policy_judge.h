/*
 * Findings, held against a policy, suppressions and a baseline: which of them fail the check, and
 * whether it passes. One thread.
 */
#ifndef SOCKLIFE_POLICY_JUDGE_H
#define SOCKLIFE_POLICY_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "policy_baseline.h"
#include "policy_limits.h"
#include "summary.h"

struct findings;
struct model;
struct suppressions;
struct symbols;

enum policy_state {
#define POLICY_STATE(NAME, word) POLICY_STATE_##NAME,
#include "policy_states.def"
	POLICY_STATE_COUNT
};

/* Of the finding of the same index. */
struct policy_row {
	enum policy_state state;
	uint32_t suppression; /* the one that fits; SUPPRESSION_NONE */
	uint64_t known_count; /* in the baseline, of this fingerprint; 0: it is not there */
};

struct policy_outcome {
	struct policy_row *rows;
	uint32_t counts[POLICY_STATE_COUNT];
	struct policy_breaches breaches;
	struct baseline failing; /* what fails, baseline aside: what a new baseline would be */
	const struct baseline_entry **gone; /* of the baseline, and do not fail any more */
	size_t gone_count;
	struct summary summary;
	bool fails;         /* for a finding or a limit */
	bool is_incomplete; /* and was not allowed to be: it does not pass either */
};

struct policy_case {
	const struct policy *policy;
	const struct model *model;
	struct symbols *symbols;
	const struct findings *findings;
	struct suppressions *suppressions; /* NULL none; what is used is counted in it */
	const struct baseline *baseline;   /* NULL none; must outlive the outcome */
};

/* Fails only with STATUS_NO_MEMORY; nothing is left to release then. */
enum status policy_outcome_init(struct policy_outcome *outcome, const struct policy_case *judged,
				struct error *error);
void policy_outcome_release(struct policy_outcome *outcome);

const char *policy_state_word(enum policy_state state);

#endif
