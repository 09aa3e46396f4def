/*
 * A table of text in columns, written in two passes over its rows so that it need not be kept:
 * measure every row, lay the columns out for the terminal's width, print every row. Cells hold
 * escaped text. One thread.
 */
#ifndef SOCKLIFE_TABLE_H
#define SOCKLIFE_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "terminal.h"

#define TABLE_COLUMNS_MAX 16
#define TABLE_CELL_SIZE   256

struct table_column {
	const char *title;
	bool is_right;      /* aligned to the right */
	unsigned int least; /* may be cut down to this width; 0: never cut */
	bool keeps_start;   /* cut at its end; otherwise in the middle */
	unsigned int rank;  /* the highest gives way first when there is no room; 0: never */
};

struct table_cell {
	char text[TABLE_CELL_SIZE];
	enum terminal_style style;
};

struct table {
	const struct terminal *terminal;
	const struct table_column *columns;
	size_t column_count;
	unsigned int widths[TABLE_COLUMNS_MAX]; /* 0: not shown */
};

#define TABLE_NOTHING "-" /* a column that holds nothing else is not shown */

void table_init(struct table *table, const struct terminal *terminal,
		const struct table_column *columns, size_t column_count);
void table_measure(struct table *table, const struct table_cell *cells);
void table_layout(struct table *table);
void table_print_titles(const struct table *table, FILE *out);
/* Cuts the cells to their columns' widths. */
void table_print(const struct table *table, FILE *out, struct table_cell *cells);

#endif
