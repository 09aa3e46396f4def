/*
 * A check as one JSON object, "socklife-check/1". A finding has the keys that it has in the report,
 * and what the check made of it; ids are those of the report of the same trace.
 */
#include "render_check.h"

#include <inttypes.h>
#include <string.h>

#include "finding.h"
#include "model.h"
#include "policy.h"
#include "policy_judge.h"
#include "policy_suppressions.h"
#include "render.h"
#include "render_json_value.h"
#include "symbols.h"

#define FORMAT_FLAGS (JSON_INDENT(2) | JSON_REAL_PRECISION(15))

/* Of a path as services know it; null when there is none. */
static json_t *place_value(const struct finding_place *place, const struct frame *at)
{
	if (at == NULL)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o}", "file",
			 json_value_text(place != NULL ? place->path : NULL), "line",
			 at->line != 0 ? json_integer(at->line) : json_null(), "function",
			 json_value_text(at->function), "module", json_value_text(at->module));
}

static json_t *why_value(const struct check_input *input, const struct policy_row *row)
{
	if (row->suppression == SUPPRESSION_NONE)
		return json_null();
	return json_value_text(input->judged->suppressions->rows[row->suppression].why);
}

static json_t *finding_value(const struct check_input *input, uint32_t index)
{
	const struct finding *finding = &input->judged->findings->rows[index];
	const struct policy_row *row = &input->outcome->rows[index];
	struct finding_place place;
	bool has_place = check_finding_place(input, finding, &place);

	return json_pack(
		"{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o}", "rule",
		rule_name(finding->rule), "severity", finding_severity_word(finding->severity),
		"state", policy_state_word(row->state), "message",
		json_value_text(finding->message), "process", json_value_id('p', finding->process),
		"socket", json_value_id('s', finding->socket), "object",
		json_value_id('o', finding->object), "class", json_value_text(finding->class_name),
		"at", place_value(has_place ? &place : NULL, finding->at), "count",
		(json_int_t)finding->count, "fix", json_value_text(finding->fix), "fingerprint",
		json_sprintf("%016" PRIx64, finding->fingerprint), "baseline_count",
		input->judged->baseline != NULL ? json_value_count(row->known_count) : json_null(),
		"why", why_value(input, row));
}

static json_t *breach_value(const struct check_input *input, const struct policy_breach *breach)
{
	struct finding_place place;
	bool has_place = check_breach_place(input, breach, &place);

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "limit", policy_key_name(breach->key),
			 "of", json_value_text(breach->glob), "allowed",
			 json_value_count(breach->allowed), "actual",
			 json_value_count(breach->actual), "message",
			 json_value_text(breach->message), "at",
			 place_value(has_place ? &place : NULL, breach->at));
}

static json_t *unused_value(const struct suppressions *suppressions,
			    const struct suppression *suppression)
{
	return json_pack("{s:o, s:o, s:o}", "file", json_value_text(suppressions->path), "line",
			 json_value_count(suppression->line), "why",
			 json_value_text(suppression->why));
}

static json_t *gone_value(const struct baseline_entry *entry)
{
	return json_pack("{s:o, s:s, s:o, s:s}", "fingerprint",
			 json_sprintf("%016" PRIx64, entry->fingerprint), "rule", entry->rule,
			 "count", json_value_count(entry->count), "what", entry->what);
}

/* Arrays, each NULL when there is no memory. */
static json_t *findings_value(const struct check_input *input)
{
	json_t *array = json_array();
	bool is_whole = array != NULL;

	for (uint32_t i = 0; is_whole && i < input->judged->findings->count; i++)
		is_whole = json_value_append(array, finding_value(input, i));
	return array;
}

static json_t *breaches_value(const struct check_input *input)
{
	const struct policy_breaches *breaches = &input->outcome->breaches;
	json_t *array = json_array();

	for (size_t i = 0; i < breaches->count; i++)
		json_value_append(array, breach_value(input, &breaches->rows[i]));
	return array;
}

static json_t *unused_values(const struct suppressions *suppressions)
{
	json_t *array = json_array();

	for (uint32_t i = 0; suppressions != NULL && i < suppressions->count; i++) {
		if (suppressions->rows[i].match_count == 0)
			json_value_append(array,
					  unused_value(suppressions, &suppressions->rows[i]));
	}
	return array;
}

static json_t *gone_values(const struct policy_outcome *outcome)
{
	json_t *array = json_array();

	for (size_t i = 0; i < outcome->gone_count; i++)
		json_value_append(array, gone_value(outcome->gone[i]));
	return array;
}

static json_t *coverage_value(const struct check_input *input)
{
	json_t *gaps = json_array();
	struct coverage_note note;

	for (uint32_t i = 0; summary_note(input->judged->model, i, &note); i++) {
		if (note.is_incomplete)
			json_value_append(gaps, json_value_text(note.text));
	}
	return json_pack("{s:b, s:o}", "complete",
			 input->outcome->summary.is_complete && input->outcome->summary.is_finished,
			 "gaps", gaps);
}

static json_t *counts_value(const struct policy_outcome *outcome)
{
	json_t *object = json_object();

	for (unsigned int state = 0; state < POLICY_STATE_COUNT; state++)
		json_value_set(object, policy_state_word((enum policy_state)state),
			       json_integer(outcome->counts[state]));
	return object;
}

static enum status json_render(const struct check_input *input, FILE *out, struct error *error)
{
	const struct policy_outcome *outcome = input->outcome;
	json_t *document = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "schema",
				     "socklife-check/1", "version", SOCKLIFE_VERSION, "result",
				     check_result_word(outcome), "counts", counts_value(outcome),
				     "findings", findings_value(input), "limits",
				     breaches_value(input), "unused_suppressions",
				     unused_values(input->judged->suppressions), "gone",
				     gone_values(outcome), "coverage", coverage_value(input));

	if (document == NULL)
		return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
	json_dumpf(document, out, FORMAT_FLAGS);
	json_decref(document);
	fputs("\n", out);
	return render_finish(out, error);
}

const struct check_renderer check_renderer_json = {.name = "json", .render = json_render};
