/*
 * A line of the text report's OBJECTS table: one object, or many that were folded. One thread.
 */
#ifndef SOCKLIFE_OBJECT_ROW_H
#define SOCKLIFE_OBJECT_ROW_H

#include "table.h"

struct model;
struct object_group;
struct object_tree;
struct symbols;

enum object_column {
	OBJECT_ID,
	OBJECT_NAME,
	OBJECT_ROLE,
	OBJECT_CREATED,
	OBJECT_CONNECTS,
	OBJECT_SOCKETS,
	OBJECT_END,
	OBJECT_PLACE,
	OBJECT_COLUMN_COUNT
};

extern const struct table_column object_columns[OBJECT_COLUMN_COUNT];

struct object_row {
	const struct terminal *terminal;
	const struct model *model;
	const struct object_tree *tree;
	struct symbols *symbols;
	struct table_cell cells[OBJECT_COLUMN_COUNT];
};

/* Plumbing inside another object: on a line of its own, but without a verdict. */
bool object_row_is_quiet(const struct object_row *row, const struct object_group *group);
void object_row_fill(struct object_row *row, const struct object_group *group);

#endif
