/*
 * The report for people: a header, totals, objects, sockets, coverage. Each section is a function
 * of its own, in the order in which report_render() calls them.
 */
#include "render.h"

#include <inttypes.h>
#include <string.h>

#include "fold.h"
#include "frame_text.h"
#include "model.h"
#include "process_text.h"
#include "quantity.h"
#include "render_findings.h"
#include "render_marks.h"
#include "render_objects.h"
#include "selection.h"
#include "socket_facts.h"
#include "socket_row.h"
#include "summary.h"
#include "terminal.h"

#define TOTALS_PART_SIZE 64

struct report {
	const struct render_input *input;
	const struct model *model;
	struct terminal terminal;
	struct summary summary;
	FILE *out;
};

static void heading_print(const struct report *report, const char *text)
{
	fputc('\n', report->out);
	terminal_print(&report->terminal, report->out, TERMINAL_HEADING, text);
	fputc('\n', report->out);
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/* ---- header and totals ---- */

static void header_print(const struct report *report)
{
	uint32_t root = process_text_root(report->model);
	char command[4096];
	size_t prefix = strlen("socklife  ");

	process_text_command(&report->terminal, report->model, root, command, sizeof command);
	terminal_cut(&report->terminal, command, sizeof command,
		     report->terminal.width - (unsigned int)prefix);
	terminal_print(&report->terminal, report->out, TERMINAL_QUIET, "socklife  ");
	terminal_print(&report->terminal, report->out, TERMINAL_HEADING, command);
	fputc('\n', report->out);
	process_text_facts(&report->terminal, report->model, root, command, sizeof command);
	fprintf(report->out, "%s\n", command);
}

/* Parts with a dot between them, on as many lines as they need. */
static void parts_print(const struct report *report, char parts[][TOTALS_PART_SIZE], size_t count)
{
	const char *dot = terminal_dot(&report->terminal);
	unsigned int used = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned int width = terminal_text_width(&report->terminal, parts[i]);

		if (used != 0 && used + 3 + width > report->terminal.width) {
			fputc('\n', report->out);
			used = 0;
		}
		used += width + (used != 0 ? 3 : 0);
		if (used > width)
			fprintf(report->out, " %s ", dot);
		fputs(parts[i], report->out);
	}
	fputc('\n', report->out);
}

static void totals_print(const struct report *report)
{
	const struct summary *summary = &report->summary;
	struct quantity quantity = {{0}};
	char parts[6][TOTALS_PART_SIZE];

#define PART(index, ...) snprintf(parts[index], sizeof parts[index], __VA_ARGS__)
	PART(0, "%" PRIu64 " socket%s", summary->sockets, plural(summary->sockets));
	PART(1, "%" PRIu64 " connection%s", summary->connections, plural(summary->connections));
	PART(2, "%" PRIu64 " open at the end", summary->open_at_end);
	PART(3, "at most %" PRIu64 " at once", summary->peak_open);
	PART(4, "%s out", quantity_bytes(summary->bytes_sent, &quantity));
	PART(5, "%s in", quantity_bytes(summary->bytes_received, &quantity));
#undef PART
	parts_print(report, parts, sizeof parts / sizeof parts[0]);
}

/* ---- sockets ---- */

static bool has_many_processes(const struct report *report, const struct fold *fold)
{
	const struct model_socket *sockets = report->model->sockets;

	return fold->group_count != 0 &&
	       sockets[fold->groups[0].first].process !=
		       sockets[fold->groups[fold->group_count - 1].first].process;
}

static void process_heading_print(const struct report *report, uint32_t process)
{
	char text[4096];

	process_text_line(&report->terminal, report->model, process, text, sizeof text);
	terminal_cut(&report->terminal, text, sizeof text, report->terminal.width - 1);
	fputc(' ', report->out);
	terminal_print(&report->terminal, report->out, TERMINAL_HEADING, text);
	fputc('\n', report->out);
}

static void stacks_print(const struct report *report, const struct fold_group *group)
{
	const struct model_socket *socket = &report->model->sockets[group->first];

	fputs("      opened at\n", report->out);
	frame_text_print_stack(&report->terminal, report->input->symbols,
			       socket_opened_stack(socket), 8, report->out);
	if (socket->closed_stack == MODEL_NONE)
		return;
	fputs("      closed at\n", report->out);
	frame_text_print_stack(&report->terminal, report->input->symbols, socket->closed_stack, 8,
			       report->out);
}

static void rows_print(const struct report *report, const struct fold *fold, struct socket_row *row,
		       const struct table *table)
{
	bool has_headings = has_many_processes(report, fold);
	uint32_t process = MODEL_NONE;

	for (uint32_t i = 0; i < fold->group_count; i++) {
		const struct fold_group *group = &fold->groups[i];
		uint32_t owner = report->model->sockets[group->first].process;

		if (has_headings && owner != process)
			process_heading_print(report, owner);
		process = owner;
		socket_row_fill(row, group);
		table_print(table, report->out, row->cells);
		if (report->input->with_stacks)
			stacks_print(report, group);
	}
}

static void table_write(const struct report *report, const struct fold *fold,
			struct socket_row *row)
{
	struct table table;

	table_init(&table, &report->terminal, socket_columns, SOCKET_COLUMN_COUNT);
	for (uint32_t i = 0; i < fold->group_count; i++) {
		socket_row_fill(row, &fold->groups[i]);
		table_measure(&table, row->cells);
	}
	table_layout(&table);
	heading_print(report, "SOCKETS");
	table_print_titles(&table, report->out);
	rows_print(report, fold, row, &table);
}

static void remark_print(const struct report *report, const char *text)
{
	fputs("  ", report->out);
	terminal_print_lines(&report->terminal, report->out, TERMINAL_QUIET, text, 2, 4);
}

static void remarks_print(const struct report *report, const struct fold *fold)
{
	char text[128];

	if (fold->shown == 0 && fold->left_out == 0 && report->model->sockets_count != 0) {
		fputc('\n', report->out);
		remark_print(report, "no socket is as asked for");
	}
	if (fold->group_count < fold->shown)
		remark_print(report, "~ median of like sockets, whose bytes are added up; "
				     "--no-fold shows each");
	if (fold->left_out == 0)
		return;
	snprintf(text, sizeof text,
		 "  %" PRIu32 " more: datagram, netlink, resolver or standard streams; "
		 "--all shows them",
		 fold->left_out);
	remark_print(report, text);
}

static enum status sockets_print(const struct report *report, struct error *error)
{
	const struct render_input *input = report->input;
	struct socket_row row;
	struct fold fold;
	enum status status = fold_init(&fold, input->selection, report->model, input->symbols,
				       error);

	if (status != STATUS_OK)
		return status;
	status = socket_row_init(&row, &report->terminal, report->model, &fold, input->symbols,
				 error);
	if (status == STATUS_OK) {
		if (fold.group_count != 0)
			table_write(report, &fold, &row);
		remarks_print(report, &fold);
		socket_row_release(&row);
	}
	fold_release(&fold);
	return status;
}

/* ---- coverage ---- */

static void note_print(const struct report *report, const struct coverage_note *note)
{
	char text[sizeof note->text * 4];

	terminal_escape(&report->terminal, note->text, strlen(note->text), text, sizeof text);
	fputs("  ", report->out);
	if (report->model->processes_count > 1 && note->process != MODEL_NONE)
		fprintf(report->out, "p%" PRIu64 ": ", (uint64_t)note->process + 1);
	terminal_print(&report->terminal, report->out,
		       note->is_gap ? TERMINAL_NOTICE : TERMINAL_QUIET, text);
	fputc('\n', report->out);
}

static void coverage_print(const struct report *report)
{
	struct coverage_note note;

	if (report->summary.is_complete && !summary_note(report->model, 0, &note))
		return;
	heading_print(report, report->summary.is_complete ? "COVERAGE" : "COVERAGE: incomplete");
	for (uint32_t i = 0; summary_note(report->model, i, &note); i++)
		note_print(report, &note);
}

/* ---- a run without anything to tell ---- */

static const char *first_gap(const struct model *model, struct coverage_note *note)
{
	for (uint32_t i = 0; summary_note(model, i, note); i++) {
		if (note->is_gap)
			return note->text;
	}
	return NULL;
}

static void nothing_print(const struct report *report)
{
	char command[1024], reason[2048];
	struct coverage_note note;
	const char *gap = first_gap(report->model, &note);
	uint32_t root = process_text_root(report->model);

	process_text_name(&report->terminal, report->model, root, command, sizeof command);
	if (gap == NULL) {
		fprintf(report->out, "socklife: %s: opened no socket\n", command);
		return;
	}
	terminal_escape(&report->terminal, gap, strlen(gap), reason, sizeof reason);
	fprintf(report->out, "socklife: %s: %s: %s\n", command,
		note.process == root ? "nothing could be recorded" : "opened no socket; incomplete",
		reason);
}

static enum status report_render(const struct render_input *input, FILE *out, struct error *error)
{
	struct report report = {.input = input, .model = input->model, .out = out};
	enum status status = summary_fill(&report.summary, input->model, error);

	terminal_init(&report.terminal, out);
	if (status != STATUS_OK)
		return status;
	if (input->model->sockets_count == 0 && input->model->objects_count == 0) {
		nothing_print(&report);
		return render_finish(out, error);
	}
	header_print(&report);
	totals_print(&report);
	status = render_objects_print(input, &report.terminal, out, error);
	if (status == STATUS_OK)
		status = sockets_print(&report, error);
	render_marks_print(input, &report.terminal, out);
	render_findings_print(input, &report.terminal, out);
	coverage_print(&report);
	return status == STATUS_OK ? render_finish(out, error) : status;
}

const struct renderer renderer_text = {.name = "text", .render = report_render};
