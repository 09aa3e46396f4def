#include "table.h"

#include <string.h>

#define INDENT        2u
#define GAP           2u
#define LEAST_PRESSED 4u

void table_init(struct table *table, const struct terminal *terminal,
		const struct table_column *columns, size_t column_count)
{
	memset(table, 0, sizeof *table);
	table->terminal = terminal;
	table->columns = columns;
	table->column_count = column_count;
}

void table_measure(struct table *table, const struct table_cell *cells)
{
	for (size_t i = 0; i < table->column_count; i++) {
		unsigned int width = terminal_text_width(table->terminal, cells[i].text);

		if (strcmp(cells[i].text, TABLE_NOTHING) == 0)
			continue;
		if (width > table->widths[i])
			table->widths[i] = width;
	}
}

static unsigned int total_width(const struct table *table)
{
	unsigned int total = INDENT;

	for (size_t i = 0; i < table->column_count; i++) {
		if (table->widths[i] != 0)
			total += table->widths[i] + GAP;
	}
	return total - GAP;
}

/* With `is_pressed` a column gives up all but what still holds a mark of the cut. */
static unsigned int spare_width(const struct table *table, size_t column, bool is_pressed)
{
	unsigned int least = table->columns[column].least;

	if (least != 0 && is_pressed)
		least = LEAST_PRESSED;
	return least != 0 && table->widths[column] > least ? table->widths[column] - least : 0;
}

/* Takes `excess` columns of width from where most can be spared; false when that is not enough. */
static bool columns_shrink(struct table *table, unsigned int excess, bool is_pressed)
{
	for (; excess > 0; excess--) {
		size_t widest = 0;

		for (size_t i = 1; i < table->column_count; i++) {
			if (spare_width(table, i, is_pressed) >
			    spare_width(table, widest, is_pressed))
				widest = i;
		}
		if (spare_width(table, widest, is_pressed) == 0)
			return false;
		table->widths[widest]--;
	}
	return true;
}

static bool column_drop(struct table *table)
{
	size_t dropped = table->column_count;
	unsigned int rank = 0;

	for (size_t i = 0; i < table->column_count; i++) {
		if (table->widths[i] != 0 && table->columns[i].rank > rank) {
			rank = table->columns[i].rank;
			dropped = i;
		}
	}
	if (dropped == table->column_count)
		return false;
	table->widths[dropped] = 0;
	return true;
}

void table_layout(struct table *table)
{
	unsigned int measured[TABLE_COLUMNS_MAX];

	for (size_t i = 0; i < table->column_count; i++) {
		unsigned int title = terminal_text_width(table->terminal, table->columns[i].title);

		if (table->widths[i] != 0 && table->widths[i] < title)
			table->widths[i] = title;
	}
	memcpy(measured, table->widths, sizeof measured);
	while (total_width(table) > table->terminal->width) {
		if (columns_shrink(table, total_width(table) - table->terminal->width, false))
			return;
		memcpy(table->widths, measured, sizeof measured);
		if (!column_drop(table)) {
			columns_shrink(table, total_width(table) - table->terminal->width, true);
			return;
		}
		memcpy(measured, table->widths, sizeof measured);
	}
}

static void spaces_print(FILE *out, unsigned int count)
{
	static const char spaces[] = "                                ";

	for (; count >= sizeof spaces; count -= (unsigned int)sizeof spaces - 1)
		fwrite(spaces, 1, sizeof spaces - 1, out);
	fwrite(spaces, 1, count, out);
}

/* Without spaces behind the last column. */
static void cell_print(const struct table *table, FILE *out, size_t column, const char *text,
		       enum terminal_style style, bool is_last)
{
	unsigned int width = terminal_text_width(table->terminal, text);
	unsigned int room = table->widths[column] > width ? table->widths[column] - width : 0;

	if (table->columns[column].is_right)
		spaces_print(out, room);
	terminal_print(table->terminal, out, style, text);
	if (!table->columns[column].is_right && !is_last)
		spaces_print(out, room);
}

static size_t last_shown(const struct table *table)
{
	size_t last = 0;

	for (size_t i = 0; i < table->column_count; i++) {
		if (table->widths[i] != 0)
			last = i;
	}
	return last;
}

void table_print_titles(const struct table *table, FILE *out)
{
	size_t last = last_shown(table);
	unsigned int before = INDENT;
	char title[32];

	for (size_t i = 0; i < table->column_count; i++) {
		if (table->widths[i] == 0)
			continue;
		snprintf(title, sizeof title, "%s", table->columns[i].title);
		terminal_cut_end(table->terminal, title, sizeof title, table->widths[i]);
		spaces_print(out, before);
		cell_print(table, out, i, title, TERMINAL_QUIET, i == last);
		before = GAP;
	}
	fputc('\n', out);
}

void table_print(const struct table *table, FILE *out, struct table_cell *cells)
{
	size_t last = last_shown(table);
	unsigned int before = INDENT;

	for (size_t i = 0; i < table->column_count; i++) {
		if (table->widths[i] == 0)
			continue;
		spaces_print(out, before);
		if (table->columns[i].keeps_start)
			terminal_cut_end(table->terminal, cells[i].text, sizeof cells[i].text,
					 table->widths[i]);
		else
			terminal_cut(table->terminal, cells[i].text, sizeof cells[i].text,
				     table->widths[i]);
		cell_print(table, out, i, cells[i].text, cells[i].style, i == last);
		before = GAP;
	}
	fputc('\n', out);
}
