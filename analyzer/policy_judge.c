#include "policy_judge.h"

#include <stdlib.h>
#include <string.h>

#include "finding.h"
#include "finding_place.h"
#include "policy.h"
#include "policy_suppressions.h"

static const char *const state_words[] = {
#define POLICY_STATE(NAME, word) word,
#include "policy_states.def"
};

const char *policy_state_word(enum policy_state state)
{
	return state_words[state];
}

static enum policy_state state_of(const struct policy_case *judged, const struct finding *finding,
				  uint32_t suppression)
{
	if (suppression != SUPPRESSION_NONE)
		return POLICY_STATE_SUPPRESSED;
	return policy_fails(judged->policy, finding->rule, finding->severity)
		       ? POLICY_STATE_FAILS
		       : POLICY_STATE_TOLERATED;
}

static enum status failing_add(struct baseline *failing, const struct finding *finding,
			       struct error *error)
{
	char name[512];

	finding_name_fill(finding, name, sizeof name);
	return baseline_add(failing, finding->fingerprint, finding->count, rule_name(finding->rule),
			    name, error);
}

static enum status rows_fill(struct policy_outcome *outcome, const struct policy_case *judged,
			     struct error *error)
{
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < judged->findings->count && status == STATUS_OK; i++) {
		const struct finding *finding = &judged->findings->rows[i];
		struct policy_row *row = &outcome->rows[i];

		row->suppression = SUPPRESSION_NONE;
		if (judged->suppressions != NULL)
			row->suppression = suppressions_match(judged->suppressions, finding,
							      judged->symbols);
		row->state = state_of(judged, finding, row->suppression);
		if (row->state == POLICY_STATE_FAILS)
			status = failing_add(&outcome->failing, finding, error);
	}
	return status;
}

/*
 * Two findings of one function have one fingerprint when only their lines differ, so counts are
 * compared for all of a fingerprint together.
 */
static void baseline_apply(struct policy_outcome *outcome, const struct policy_case *judged)
{
	for (uint32_t i = 0; i < judged->findings->count; i++) {
		const struct finding *finding = &judged->findings->rows[i];
		const struct baseline_entry *known, *now;

		if (outcome->rows[i].state != POLICY_STATE_FAILS)
			continue;
		known = baseline_find(judged->baseline, finding->fingerprint);
		now = baseline_find(&outcome->failing, finding->fingerprint);
		outcome->rows[i].known_count = known != NULL ? known->count : 0;
		if (now != NULL && now->count <= outcome->rows[i].known_count)
			outcome->rows[i].state = POLICY_STATE_KNOWN;
	}
}

static enum status gone_fill(struct policy_outcome *outcome, const struct policy_case *judged,
			     struct error *error)
{
	outcome->gone = calloc(judged->baseline->count + 1, sizeof(*outcome->gone));
	if (outcome->gone == NULL)
		return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
	for (size_t i = 0; i < judged->baseline->count; i++) {
		const struct baseline_entry *entry = &judged->baseline->entries[i];

		if (baseline_find(&outcome->failing, entry->fingerprint) == NULL)
			outcome->gone[outcome->gone_count++] = entry;
	}
	return STATUS_OK;
}

static uint64_t leaked_count(const struct policy_outcome *outcome, const struct findings *findings)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < findings->count; i++) {
		if (findings->rows[i].rule == RULE_LEAKED &&
		    outcome->rows[i].state != POLICY_STATE_SUPPRESSED)
			count += findings->rows[i].socket_count;
	}
	return count;
}

static enum status limits_apply(struct policy_outcome *outcome, const struct policy_case *judged,
				struct error *error)
{
	const struct policy_measure measure = {
		.model = judged->model,
		.symbols = judged->symbols,
		.summary = &outcome->summary,
		.leaked = leaked_count(outcome, judged->findings),
	};

	return policy_breaches_init(&outcome->breaches, judged->policy, &measure, error);
}

static void outcome_close(struct policy_outcome *outcome, const struct policy_case *judged)
{
	for (uint32_t i = 0; i < judged->findings->count; i++)
		outcome->counts[outcome->rows[i].state]++;
	outcome->fails = outcome->counts[POLICY_STATE_FAILS] != 0 || outcome->breaches.count != 0;
	outcome->is_incomplete = !(outcome->summary.is_complete && outcome->summary.is_finished) &&
				 !judged->policy->allow_incomplete;
}

enum status policy_outcome_init(struct policy_outcome *outcome, const struct policy_case *judged,
				struct error *error)
{
	enum status status;

	memset(outcome, 0, sizeof *outcome);
	outcome->rows = calloc((size_t)judged->findings->count + 1, sizeof *outcome->rows);
	if (outcome->rows == NULL)
		return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
	status = baseline_init(&outcome->failing, "", error);
	if (status == STATUS_OK)
		status = summary_fill(&outcome->summary, judged->model, error);
	if (status == STATUS_OK)
		status = rows_fill(outcome, judged, error);
	if (status == STATUS_OK && judged->baseline != NULL) {
		baseline_apply(outcome, judged);
		status = gone_fill(outcome, judged, error);
	}
	if (status == STATUS_OK)
		status = limits_apply(outcome, judged, error);
	if (status == STATUS_OK)
		outcome_close(outcome, judged);
	else
		policy_outcome_release(outcome);
	return status;
}

void policy_outcome_release(struct policy_outcome *outcome)
{
	policy_breaches_release(&outcome->breaches);
	baseline_release(&outcome->failing);
	free(outcome->gone);
	free(outcome->rows);
	memset(outcome, 0, sizeof *outcome);
}
