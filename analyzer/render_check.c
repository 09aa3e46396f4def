#include "render_check.h"

#include <inttypes.h>
#include <string.h>

#include "finding.h"
#include "policy_judge.h"
#include "policy_limits.h"
#include "terminal.h"

static const struct check_renderer *const renderers[] = {
#define CHECK_RENDERER(name) &check_renderer_##name,
#include "check_renderers.def"
};

const struct check_renderer *check_renderer_find(const char *name)
{
	for (size_t i = 0; i < sizeof renderers / sizeof renderers[0]; i++) {
		if (strcmp(renderers[i]->name, name) == 0)
			return renderers[i];
	}
	return NULL;
}

const char *check_result_word(const struct policy_outcome *outcome)
{
	if (outcome->fails)
		return "failed";
	return outcome->is_incomplete ? "incomplete" : "passed";
}

void check_escape(const char *bytes, char *text, size_t size)
{
	static const struct terminal plain = {.is_utf8 = true};

	terminal_escape(&plain, bytes, strlen(bytes), text, size);
}

bool check_finding_place(const struct check_input *input, const struct finding *finding,
			 struct finding_place *place)
{
	return finding_place_fill(place, input->judged->model, finding->process, finding->at,
				  input->base);
}

bool check_breach_place(const struct check_input *input, const struct policy_breach *breach,
			struct finding_place *place)
{
	return finding_place_fill(place, input->judged->model, breach->process, breach->at,
				  input->base);
}

const struct finding *check_finding_next(const struct check_input *input, int state,
					 uint32_t *index)
{
	const struct findings *findings = input->judged->findings;

	while (*index < findings->count) {
		uint32_t at = (*index)++;

		if ((int)input->outcome->rows[at].state == state)
			return &findings->rows[at];
	}
	return NULL;
}

static uint32_t failing_of(const struct check_input *input, enum finding_severity severity)
{
	const struct finding *finding;
	uint32_t index = 0, count = 0;

	while ((finding = check_finding_next(input, POLICY_STATE_FAILS, &index)) != NULL)
		count += finding->severity == severity;
	return count;
}

/* Text that grows part by part, with a separator between them. */
struct line {
	char *text;
	size_t size, used;
	const char *separator;
};

static void part_add(struct line *line, uint64_t count, const char *one, const char *many)
{
	int length;

	if (count == 0 || line->used >= line->size)
		return;
	length = snprintf(line->text + line->used, line->size - line->used, "%s%" PRIu64 " %s",
			  line->separator, count, count == 1 ? one : many);
	line->used += length > 0 ? (size_t)length : 0;
	line->separator = ", ";
}

static void separator_set(struct line *line, const char *separator)
{
	line->separator = separator;
}

static void failures_add(struct line *line, const struct check_input *input)
{
	const struct policy_outcome *outcome = input->outcome;

	separator_set(line, ": ");
	part_add(line, outcome->counts[POLICY_STATE_FAILS], "finding", "findings");
	if (outcome->counts[POLICY_STATE_FAILS] != 0)
		separator_set(line, " (");
	part_add(line, failing_of(input, FINDING_ERROR), "error", "errors");
	part_add(line, failing_of(input, FINDING_WARNING), "warning", "warnings");
	part_add(line, failing_of(input, FINDING_NOTE), "note", "notes");
	if (outcome->counts[POLICY_STATE_FAILS] != 0 && line->used + 1 < line->size) {
		line->text[line->used++] = ')';
		line->text[line->used] = '\0';
	}
	part_add(line, outcome->breaches.count, "limit broken", "limits broken");
}

void check_summary_fill(const struct check_input *input, char *text, size_t size)
{
	const struct policy_outcome *outcome = input->outcome;
	const struct summary *summary = &outcome->summary;
	struct line line = {.text = text, .size = size};
	int length = snprintf(text, size, "%s", check_result_word(outcome));

	line.used = length > 0 ? (size_t)length : 0;
	failures_add(&line, input);
	if (!(summary->is_complete && summary->is_finished) && line.used < size) {
		length = snprintf(text + line.used, size - line.used, "%s the recording %s",
				  outcome->fails ? ";" : ":",
				  summary->is_complete ? "is not over" : "has gaps");
		line.used += length > 0 ? (size_t)length : 0;
	}
	separator_set(&line, "; ");
	part_add(&line, outcome->counts[POLICY_STATE_KNOWN], "in the baseline", "in the baseline");
	part_add(&line, outcome->counts[POLICY_STATE_SUPPRESSED], "suppressed", "suppressed");
	part_add(&line, outcome->counts[POLICY_STATE_TOLERATED], "tolerated", "tolerated");
	separator_set(&line, "; ");
	part_add(&line, summary->sockets, "socket", "sockets");
	part_add(&line, summary->connections, "connection", "connections");
	part_add(&line, summary->open_at_end, "open at the end", "open at the end");
}
