/*
 * A check in SARIF 2.1.0 (OASIS standard), for services that keep the findings of analyzers. A
 * broken limit is a result as a finding is, and so has a rule. Files below the present folder are
 * relative to %SRCROOT%, as a repository's are everywhere.
 */
#include "render_check.h"

#include <inttypes.h>
#include <string.h>

#include "finding.h"
#include "policy.h"
#include "policy_judge.h"
#include "policy_suppressions.h"
#include "render.h"
#include "render_json_value.h"
#include "render_sarif_value.h"

#define FINGERPRINT_KEY "socklife/1"

/* ---- rules ---- */

static const char *level_of(enum finding_severity severity)
{
	return severity == FINDING_OFF ? "none" : finding_severity_word(severity);
}

static json_t *story_value(enum rule rule)
{
	const struct rule_story_parts *story = rule_story(rule);

	return json_sprintf("%s\n\n%s\n\n%s", story->meaning, story->matter, story->harmless);
}

static json_t *rules_value(const struct policy *policy)
{
	json_t *array = json_array();

	for (unsigned int rule = 0; rule < RULE_COUNT; rule++)
		json_value_append(array,
				  sarif_rule_value(rule_name((enum rule)rule),
						   rule_summary((enum rule)rule),
						   story_value((enum rule)rule),
						   level_of(policy->settings.severities[rule])));
	for (unsigned int key = 0; key < POLICY_KEY_COUNT; key++) {
		const char *help = policy_key_help((enum policy_key)key);

		json_value_append(array, sarif_rule_value(policy_key_name((enum policy_key)key),
							  help, json_string(help), "error"));
	}
	return array;
}

/* ---- results ---- */

static json_t *locations_value(const struct finding_place *place, const struct frame *at)
{
	json_t *location = sarif_location_value(place, at);

	return location != NULL ? json_pack("[o]", location) : json_array();
}

static const char *baseline_state(const struct policy_row *row)
{
	if (row->state == POLICY_STATE_KNOWN)
		return "unchanged";
	return row->known_count != 0 ? "updated" : "new";
}

static json_t *suppressions_value(const struct check_input *input, const struct policy_row *row)
{
	const char *why;

	if (row->suppression == SUPPRESSION_NONE)
		return json_array();
	why = input->judged->suppressions->rows[row->suppression].why;
	return json_pack("[{s:s, s:o}]", "kind", "external", "justification", json_value_text(why));
}

static json_t *result_value(const struct check_input *input, uint32_t index)
{
	const struct finding *finding = &input->judged->findings->rows[index];
	const struct policy_row *row = &input->outcome->rows[index];
	struct finding_place place;
	bool has_place = check_finding_place(input, finding, &place);
	json_t *result = json_pack(
		"{s:s, s:i, s:s, s:o, s:o, s:{s:o}, s:o, s:{s:I, s:s, s:o}}", "ruleId",
		rule_name(finding->rule), "ruleIndex", (int)finding->rule, "level",
		level_of(finding->severity), "message", sarif_message_value(finding->message),
		"locations", locations_value(has_place ? &place : NULL, finding->at),
		"partialFingerprints", FINGERPRINT_KEY,
		json_sprintf("%016" PRIx64, finding->fingerprint), "suppressions",
		suppressions_value(input, row), "properties", "count", (json_int_t)finding->count,
		"state", policy_state_word(row->state), "fix", json_value_text(finding->fix));

	if (result != NULL && input->judged->baseline != NULL)
		json_value_set(result, "baselineState", json_string(baseline_state(row)));
	return result;
}

static json_t *breach_value(const struct check_input *input, const struct policy_breach *breach)
{
	struct finding_place place;
	bool has_place = check_breach_place(input, breach, &place);

	return json_pack("{s:s, s:i, s:s, s:o, s:o}", "ruleId", policy_key_name(breach->key),
			 "ruleIndex", (int)RULE_COUNT + (int)breach->key, "level", "error",
			 "message", sarif_message_value(breach->message), "locations",
			 locations_value(has_place ? &place : NULL, breach->at));
}

static json_t *results_value(const struct check_input *input)
{
	const struct policy_breaches *breaches = &input->outcome->breaches;
	json_t *array = json_array();
	bool is_whole = array != NULL;

	for (uint32_t i = 0; is_whole && i < input->judged->findings->count; i++)
		is_whole = json_value_append(array, result_value(input, i));
	for (size_t i = 0; is_whole && i < breaches->count; i++)
		is_whole = json_value_append(array, breach_value(input, &breaches->rows[i]));
	if (is_whole)
		return array;
	json_decref(array);
	return NULL;
}

/* ---- the run ---- */

/* Gaps of the recording are what SARIF calls notifications of the tool. */
static json_t *invocation_value(const struct check_input *input)
{
	const char *level = input->outcome->is_incomplete ? "error" : "note";
	json_t *notifications = json_array();
	struct coverage_note note;

	for (uint32_t i = 0; summary_note(input->judged->model, i, &note); i++) {
		if (note.is_incomplete)
			json_value_append(notifications,
					  json_pack("{s:s, s:o}", "level", level, "message",
						    sarif_message_value(note.text)));
	}
	return json_pack("{s:b, s:o}", "executionSuccessful", !input->outcome->is_incomplete,
			 "toolExecutionNotifications", notifications);
}

static json_t *run_value(const struct check_input *input)
{
	return json_pack("{s:{s:{s:s, s:s, s:o}}, s:[o], s:{s:{s:o}}, s:s, s:o}", "tool", "driver",
			 "name", "socklife", "version", SOCKLIFE_VERSION, "rules",
			 rules_value(input->judged->policy), "invocations", invocation_value(input),
			 "originalUriBaseIds", SARIF_BASE_ID, "uri",
			 sarif_folder_value(input->base), "columnKind", "unicodeCodePoints",
			 "results", results_value(input));
}

static enum status sarif_render(const struct check_input *input, FILE *out, struct error *error)
{
	json_t *document = json_pack("{s:s, s:s, s:[o]}", "$schema",
				     "https://json.schemastore.org/sarif-2.1.0.json", "version",
				     "2.1.0", "runs", run_value(input));

	if (document == NULL)
		return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
	json_dumpf(document, out, JSON_INDENT(2));
	json_decref(document);
	fputs("\n", out);
	return render_finish(out, error);
}

const struct check_renderer check_renderer_sarif = {.name = "sarif", .render = sarif_render};
