/*
 * A check for people: what fails first, a line each as compilers write it, so that editors find the
 * place; then what else there is to know, and the outcome in the last line.
 */
#include "render_check.h"

#include <inttypes.h>
#include <string.h>

#include "finding.h"
#include "policy.h"
#include "policy_judge.h"
#include "policy_suppressions.h"
#include "render.h"
#include "symbols.h"
#include "terminal.h"

struct page {
	const struct check_input *input;
	struct terminal terminal;
	FILE *out;
};

static void text_print(const struct page *page, const char *bytes)
{
	char text[CHECK_TEXT_SIZE];

	terminal_escape(&page->terminal, bytes, strlen(bytes), text, sizeof text);
	fputs(text, page->out);
}

/* "app.py:12: "; of native frames without a file "program(function): ". */
static void place_print(const struct page *page, const struct finding_place *place,
			const struct frame *at)
{
	if (place != NULL) {
		text_print(page, place->path);
		if (place->line != 0)
			fprintf(page->out, ":%" PRIu32, place->line);
		fputs(": ", page->out);
	} else if (at != NULL && at->module != NULL) {
		text_print(page, at->module);
		fputs(": ", page->out);
	}
}

static void severity_print(const struct page *page, enum finding_severity severity)
{
	enum terminal_style style = severity == FINDING_ERROR     ? TERMINAL_ALERT
				    : severity == FINDING_WARNING ? TERMINAL_NOTICE
								  : TERMINAL_PLAIN;

	terminal_print(&page->terminal, page->out, style, finding_severity_word(severity));
	fputs(": ", page->out);
}

static void novelty_print(const struct page *page, uint32_t index)
{
	const struct policy_row *row = &page->input->outcome->rows[index];

	if (page->input->judged->baseline == NULL)
		return;
	if (row->known_count == 0)
		fputs(" (new)", page->out);
	else
		fprintf(page->out, " (has grown: the baseline has %" PRIu64 ")", row->known_count);
}

static void finding_print(const struct page *page, const struct finding *finding, uint32_t index)
{
	struct finding_place place;
	bool has_place = check_finding_place(page->input, finding, &place);

	place_print(page, has_place ? &place : NULL, finding->at);
	severity_print(page, finding->severity);
	text_print(page, finding->message);
	fprintf(page->out, " [%s]", rule_name(finding->rule));
	novelty_print(page, index);
	fputs("\n", page->out);
	if (finding->fix == NULL || finding->fix[0] == '\0')
		return;
	fputs("    fix: ", page->out);
	text_print(page, finding->fix);
	fputs("\n", page->out);
}

static void failures_print(const struct page *page)
{
	const struct policy_breaches *breaches = &page->input->outcome->breaches;
	const struct finding *finding;
	struct finding_place place;
	uint32_t index = 0;

	while ((finding = check_finding_next(page->input, POLICY_STATE_FAILS, &index)) != NULL)
		finding_print(page, finding, index - 1);
	for (size_t i = 0; i < breaches->count; i++) {
		const struct policy_breach *breach = &breaches->rows[i];
		bool has_place = check_breach_place(page->input, breach, &place);

		place_print(page, has_place ? &place : NULL, breach->at);
		severity_print(page, FINDING_ERROR);
		text_print(page, breach->message);
		fprintf(page->out, " [%s]\n", policy_key_name(breach->key));
	}
}

static void gaps_print(const struct page *page)
{
	struct coverage_note note;

	for (uint32_t i = 0; summary_note(page->input->judged->model, i, &note); i++) {
		if (!note.is_incomplete)
			continue;
		fputs("incomplete: ", page->out);
		text_print(page, note.text);
		fputs("\n", page->out);
	}
}

static void unused_print(const struct page *page)
{
	const struct suppressions *suppressions = page->input->judged->suppressions;

	for (uint32_t i = 0; suppressions != NULL && i < suppressions->count; i++) {
		if (suppressions->rows[i].match_count != 0)
			continue;
		text_print(page, suppressions->path);
		fprintf(page->out,
			":%" PRIu64 ": suppresses nothing: ", suppressions->rows[i].line);
		text_print(page, suppressions->rows[i].why);
		fputs("\n", page->out);
	}
}

static void gone_print(const struct page *page)
{
	const struct policy_outcome *outcome = page->input->outcome;

	for (size_t i = 0; i < outcome->gone_count; i++) {
		text_print(page, page->input->judged->baseline->path);
		fputs(": is gone: ", page->out);
		text_print(page, outcome->gone[i]->what);
		fputs(" [", page->out);
		text_print(page, outcome->gone[i]->rule);
		fputs("]; --update-baseline drops it\n", page->out);
	}
}

static enum status text_render(const struct check_input *input, FILE *out, struct error *error)
{
	struct page page = {.input = input, .out = out};
	char text[CHECK_TEXT_SIZE];

	terminal_init(&page.terminal, out);
	failures_print(&page);
	gaps_print(&page);
	unused_print(&page);
	gone_print(&page);
	check_summary_fill(input, text, sizeof text);
	fprintf(out, "socklife: %s\n", text);
	return render_finish(out, error);
}

const struct check_renderer check_renderer_text = {.name = "text", .render = text_render};
