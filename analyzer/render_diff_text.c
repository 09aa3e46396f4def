#include "render_diff.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "finding.h"
#include "render.h"
#include "terminal.h"

struct diff_total diff_total(const struct diff *diff, unsigned int index)
{
	const struct summary *old = &diff->summaries[DIFF_OLD], *new = &diff->summaries[DIFF_NEW];
	const struct diff_total totals[DIFF_TOTALS_COUNT] = {
		{"sockets", "sockets", {old->sockets, new->sockets}},
		{"connections", "connections", {old->connections, new->connections}},
		{"open_at_end", "open at the end", {old->open_at_end, new->open_at_end}},
		{"leaked", "leaked", {diff->leaked[DIFF_OLD], diff->leaked[DIFF_NEW]}},
		{"peak_open", "at most at once", {old->peak_open, new->peak_open}},
		{"bytes_sent", "bytes out", {old->bytes_sent, new->bytes_sent}},
		{"bytes_received", "bytes in", {old->bytes_received, new->bytes_received}},
	};

	return totals[index];
}

static void name_print(const struct terminal *terminal, FILE *out, const char *name)
{
	char text[1024];

	terminal_escape(terminal, name, strlen(name), text, sizeof text);
	fputs(text, out);
}

/* "+2", "-1", "" */
static void change_fill(uint64_t old, uint64_t new, char *text, size_t size)
{
	text[0] = '\0';
	if (new > old)
		snprintf(text, size, "+%" PRIu64, new - old);
	else if (new < old)
		snprintf(text, size, "-%" PRIu64, old - new);
}

static void totals_print(const struct diff_page *page, FILE *out)
{
	fprintf(out, "\n  %-16s %12s %12s\n", "", "old", "new");
	for (unsigned int i = 0; i < DIFF_TOTALS_COUNT; i++) {
		struct diff_total total = diff_total(page->diff, i);
		char change[32];

		change_fill(total.counts[DIFF_OLD], total.counts[DIFF_NEW], change, sizeof change);
		fprintf(out, "  %-16s %12" PRIu64 " %12" PRIu64 "%s%s\n", total.name,
			total.counts[DIFF_OLD], total.counts[DIFF_NEW],
			change[0] != '\0' ? "  " : "", change);
	}
}

/* "1 -> 5 connections, 1 -> 5 open at once"; a number that both have not is left out. */
static void counts_print(const struct diff_row *row, const struct diff_column *columns, FILE *out)
{
	const char *separator = "";

	for (size_t i = 0; columns[i].key != NULL; i++) {
		uint64_t old = row->counts[i][DIFF_OLD], new = row->counts[i][DIFF_NEW];

		if (old == 0 && new == 0)
			continue;
		fputs(separator, out);
		if (old != new)
			fprintf(out, "%" PRIu64 " -> ", old);
		fprintf(out, "%" PRIu64 " %s", new, new == 1 ? columns[i].one : columns[i].many);
		separator = ", ";
	}
	fputs("\n", out);
}

static enum terminal_style style_of(enum diff_change change)
{
	return change == DIFF_IS_NEW || change == DIFF_GROWN ? TERMINAL_NOTICE : TERMINAL_QUIET;
}

/* A finding's words are those of the side that has it. */
static void finding_print(const struct diff_page *page, const struct diff_row *row,
			  const struct terminal *terminal, FILE *out)
{
	const struct diff_input *input = &page->inputs[row->finding_side];

	fputs("          ", out);
	name_print(terminal, out, input->findings->rows[row->finding].message);
	fputs("\n", out);
}

static void list_print(const struct diff_page *page, enum diff_list list, const char *title,
		       const struct terminal *terminal, FILE *out)
{
	const struct diff_rows *rows = &page->diff->lists[list];
	size_t same = 0;

	if (rows->count == 0)
		return;
	fputs("\n", out);
	terminal_print(terminal, out, TERMINAL_HEADING, title);
	fputs("\n", out);
	for (size_t i = 0; i < rows->count; i++) {
		const struct diff_row *row = &rows->rows[i];

		same += row->change == DIFF_SAME;
		if (row->change == DIFF_SAME)
			continue;
		fputs("  ", out);
		terminal_print(terminal, out, style_of(row->change), diff_change_word(row->change));
		fprintf(out, "%*s", 8 - (int)strlen(diff_change_word(row->change)), "");
		name_print(terminal, out, row->name);
		fputs("\n          ", out);
		counts_print(row, diff_columns(list), out);
		if (list == DIFF_FINDINGS)
			finding_print(page, row, terminal, out);
	}
	if (same != 0)
		fprintf(out, "  %zu the same\n", same);
}

static void gaps_print(const struct diff_page *page, FILE *out)
{
	for (unsigned int side = 0; side < DIFF_SIDES; side++) {
		if (!page->diff->summaries[side].is_complete)
			fprintf(out,
				"\nThe %s recording has gaps: what it did not see looks "
				"%s here.\n",
				side == DIFF_OLD ? "old" : "new",
				side == DIFF_OLD ? "new" : "gone");
	}
}

enum status render_diff_text(const struct diff_page *page, FILE *out, struct error *error)
{
	struct terminal terminal;

	terminal_init(&terminal, out);
	terminal_print(&terminal, out, TERMINAL_HEADING, "socklife");
	fputs("  ", out);
	name_print(&terminal, out, page->names[DIFF_OLD]);
	fputs(" -> ", out);
	name_print(&terminal, out, page->names[DIFF_NEW]);
	fputs("\n", out);
	totals_print(page, out);
	list_print(page, DIFF_FINDINGS, "FINDINGS", &terminal, out);
	list_print(page, DIFF_SITES, "CALL SITES", &terminal, out);
	list_print(page, DIFF_CLASSES, "CLASSES", &terminal, out);
	gaps_print(page, out);
	return render_finish(out, error);
}
