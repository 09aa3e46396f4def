#include "render_findings.h"

#include <inttypes.h>
#include <string.h>

#include "finding.h"
#include "frame_text.h"
#include "model.h"
#include "render.h"
#include "selection.h"
#include "terminal.h"

#define TEXT_SIZE      1024
#define SEVERITY_WIDTH 9 /* of "warning" and the gap behind it */
#define INDENT         11u

static enum terminal_style style_of(enum finding_severity severity)
{
	if (severity == FINDING_ERROR)
		return TERMINAL_ALERT;
	return severity == FINDING_WARNING ? TERMINAL_NOTICE : TERMINAL_QUIET;
}

/* "error  leaked: ", and where the message begins. */
static unsigned int head_print(const struct finding *finding, const struct terminal *terminal,
			       FILE *out)
{
	const char *severity = finding_severity_word(finding->severity);
	const char *name = rule_name(finding->rule);

	fputs("  ", out);
	terminal_print(terminal, out, style_of(finding->severity), severity);
	fprintf(out, "%*s%s: ", SEVERITY_WIDTH - (int)strlen(severity), "", name);
	return INDENT + (unsigned int)strlen(name) + 2;
}

static void message_print(const struct finding *finding, const struct terminal *terminal, FILE *out)
{
	unsigned int begun = head_print(finding, terminal, out);
	char text[TEXT_SIZE];

	terminal_escape(terminal, finding->message, strlen(finding->message), text, sizeof text);
	terminal_print_lines(terminal, out, TERMINAL_PLAIN, text, begun, INDENT);
}

static void label_print(const struct terminal *terminal, const char *label, FILE *out)
{
	fprintf(out, "%*s", (int)INDENT, "");
	terminal_print(terminal, out, TERMINAL_QUIET, label);
}

static void place_print(const struct finding *finding, const struct terminal *terminal, FILE *out)
{
	char place[TEXT_SIZE];

	if (finding->at == NULL)
		return;
	frame_text_short(terminal, finding->at, place, sizeof place);
	label_print(terminal, "at  ", out);
	fputs(place, out);
	if (finding->socket != MODEL_NONE)
		fprintf(out, " (s%" PRIu64 "%s)", (uint64_t)finding->socket + 1,
			finding->socket_count > 1 ? " and others" : "");
	fputc('\n', out);
}

static void finding_print(const struct finding *finding, const struct terminal *terminal, FILE *out)
{
	char fix[TEXT_SIZE];

	message_print(finding, terminal, out);
	place_print(finding, terminal, out);
	terminal_escape(terminal, finding->fix, strlen(finding->fix), fix, sizeof fix);
	label_print(terminal, "fix ", out);
	terminal_print_lines(terminal, out, TERMINAL_PLAIN, fix, INDENT + 4, INDENT + 4);
}

static bool is_shown(const struct render_input *input, const struct finding *finding)
{
	return selection_has_process(input->selection, input->model, finding->process);
}

void render_findings_print(const struct render_input *input, const struct terminal *terminal,
			   FILE *out)
{
	const struct findings *findings = input->findings;
	bool has_heading = false;

	for (uint32_t i = 0; findings != NULL && i < findings->count; i++) {
		if (!is_shown(input, &findings->rows[i]))
			continue;
		if (!has_heading) {
			fputc('\n', out);
			terminal_print(terminal, out, TERMINAL_HEADING, "FINDINGS");
			fputc('\n', out);
			has_heading = true;
		}
		finding_print(&findings->rows[i], terminal, out);
	}
}

static bool is_about(const struct finding *finding, uint32_t socket, uint32_t object)
{
	if (socket == MODEL_NONE)
		return finding->object == object;
	for (uint32_t i = 0; i < finding->socket_count; i++) {
		if (finding->sockets[i] == socket)
			return true;
	}
	return false;
}

void render_findings_print_about(const struct findings *findings, const struct terminal *terminal,
				 uint32_t socket, uint32_t object, FILE *out)
{
	bool has_any = false;

	for (uint32_t i = 0; i < findings->count; i++) {
		if (!is_about(&findings->rows[i], socket, object))
			continue;
		if (!has_any)
			fputc('\n', out);
		has_any = true;
		finding_print(&findings->rows[i], terminal, out);
	}
}
