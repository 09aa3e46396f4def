/*
 * A check as workflow commands of GitHub Actions, which it shows beside the lines of a change:
 * ::error file=app.py,line=12,title=leaked::message. Their escaping is that of the actions toolkit
 * (docs.github.com, "Workflow commands for GitHub Actions").
 */
#include "render_check.h"

#include <inttypes.h>
#include <string.h>

#include "finding.h"
#include "policy.h"
#include "policy_judge.h"
#include "render.h"

/* Values end at a comma and begin at a colon, so these are escaped in them too. */
static void escaped_print(FILE *out, const char *bytes, bool is_value)
{
	char text[CHECK_TEXT_SIZE];

	check_escape(bytes, text, sizeof text);
	for (const char *at = text; *at != '\0'; at++) {
		if (*at == '%' || (is_value && (*at == ':' || *at == ',')))
			fprintf(out, "%%%02X", (unsigned int)(unsigned char)*at);
		else
			fputc(*at, out);
	}
}

static const char *level_of(enum finding_severity severity)
{
	return severity == FINDING_NOTE ? "notice" : finding_severity_word(severity);
}

/* `place` NULL: unknown, or not below the folder, where GitHub knows no file. */
static void annotation_print(FILE *out, const char *level, const char *title,
			     const struct finding_place *place)
{
	fprintf(out, "::%s ", level);
	if (place != NULL && place->is_relative) {
		fputs("file=", out);
		escaped_print(out, place->path, true);
		if (place->line != 0)
			fprintf(out, ",line=%" PRIu32, place->line);
		fputs(",", out);
	}
	fprintf(out, "title=socklife%%3A %s::", title);
}

static void findings_print(const struct check_input *input, FILE *out)
{
	const struct finding *finding;
	struct finding_place place;
	uint32_t index = 0;

	while ((finding = check_finding_next(input, POLICY_STATE_FAILS, &index)) != NULL) {
		bool has_place = check_finding_place(input, finding, &place);

		annotation_print(out, level_of(finding->severity), rule_name(finding->rule),
				 has_place ? &place : NULL);
		escaped_print(out, finding->message, false);
		if (finding->fix != NULL && finding->fix[0] != '\0') {
			fputs("%0AFix: ", out);
			escaped_print(out, finding->fix, false);
		}
		fputs("\n", out);
	}
}

static void breaches_print(const struct check_input *input, FILE *out)
{
	const struct policy_breaches *breaches = &input->outcome->breaches;
	struct finding_place place;

	for (size_t i = 0; i < breaches->count; i++) {
		const struct policy_breach *breach = &breaches->rows[i];
		bool has_place = check_breach_place(input, breach, &place);

		annotation_print(out, "error", policy_key_name(breach->key),
				 has_place ? &place : NULL);
		escaped_print(out, breach->message, false);
		fputs("\n", out);
	}
}

static void gaps_print(const struct check_input *input, FILE *out)
{
	const char *level = input->outcome->is_incomplete ? "error" : "notice";
	struct coverage_note note;

	for (uint32_t i = 0; summary_note(input->judged->model, i, &note); i++) {
		if (!note.is_incomplete)
			continue;
		annotation_print(out, level, "incomplete", NULL);
		escaped_print(out, note.text, false);
		fputs("\n", out);
	}
}

static enum status github_render(const struct check_input *input, FILE *out, struct error *error)
{
	char text[CHECK_TEXT_SIZE];

	findings_print(input, out);
	breaches_print(input, out);
	gaps_print(input, out);
	check_summary_fill(input, text, sizeof text);
	fprintf(out, "socklife: %s\n", text);
	return render_finish(out, error);
}

const struct check_renderer check_renderer_github = {.name = "github", .render = github_render};
