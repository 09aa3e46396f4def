#include "object_row.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "frame_text.h"
#include "model.h"
#include "object_facts.h"
#include "object_tree.h"
#include "quantity.h"
#include "symbols.h"
#include "words.h"

#define IDS_MAX 3 /* more sockets are counted, not listed */

const struct table_column object_columns[OBJECT_COLUMN_COUNT] = {
	[OBJECT_ID] = {.title = "id"},
	[OBJECT_NAME] = {.title = "object", .least = 28},
	[OBJECT_ROLE] = {.title = "role", .rank = 2},
	[OBJECT_CREATED] = {.title = "created", .is_right = true, .rank = 1},
	[OBJECT_CONNECTS] = {.title = "connects"},
	[OBJECT_SOCKETS] = {.title = "sockets"},
	[OBJECT_END] = {.title = "gone"},
	[OBJECT_PLACE] = {.title = "created by", .least = 14, .keeps_start = true},
};

static void cell_put(struct object_row *row, enum object_column column, const char *text)
{
	size_t size = strnlen(text, TABLE_CELL_SIZE - 1);

	memcpy(row->cells[column].text, text, size);
	row->cells[column].text[size] = '\0';
}

__attribute__((format(printf, 3, 4))) static void
cell_print(struct object_row *row, enum object_column column, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(row->cells[column].text, TABLE_CELL_SIZE, format, arguments);
	va_end(arguments);
}

static void name_fill(struct object_row *row, const struct object_group *group)
{
	char name[TABLE_CELL_SIZE - 64];
	int indent = (int)group->depth * 2;

	if (object_row_is_quiet(row, group))
		object_class_last(row->terminal, row->model, group->first, name, sizeof name);
	else
		object_class_short(row->terminal, row->model, group->first, name, sizeof name);
	if (group->count == 1)
		cell_print(row, OBJECT_NAME, "%*s%s #%" PRIu32, indent, "", name,
			   row->model->objects[group->first].number);
	else
		cell_print(row, OBJECT_NAME, "%*s%" PRIu32 " %s %s", indent, "", group->count,
			   terminal_times(row->terminal), name);
}

/* The sockets that an object opened, or else those that it used. */
static const uint32_t *sockets_of(const struct model *model, uint32_t object, uint32_t *count)
{
	const struct model_object *row = &model->objects[object];
	bool is_opener = row->opened_count != 0;

	*count = is_opener ? row->opened_count : row->used_count;
	return is_opener ? model->opened + row->first_opened : model->used + row->first_used;
}

/* How many all have together; 1 when it is the same one for each, as sessions of a pool have. */
static uint64_t sockets_count(const struct object_row *row, const struct object_group *group)
{
	uint32_t first_count, count;
	const uint32_t *first = sockets_of(row->model, group->first, &first_count);
	bool is_same = first_count == 1;
	uint64_t total = 0;

	for (uint32_t i = group->first; i != MODEL_NONE; i = row->tree->next[i]) {
		const uint32_t *sockets = sockets_of(row->model, i, &count);

		is_same = is_same && count == 1 && sockets[0] == first[0];
		total += count;
	}
	return is_same ? 1 : total;
}

/* "s2 s3", "(s1)" for what others opened, "12 sockets", "12 uses". */
static void sockets_fill(struct object_row *row, const struct object_group *group)
{
	uint32_t own_count;
	const uint32_t *sockets = sockets_of(row->model, group->first, &own_count);
	bool is_opener = row->model->objects[group->first].opened_count != 0;
	uint64_t count = sockets_count(row, group);
	char *text = row->cells[OBJECT_SOCKETS].text;
	size_t used = 0;

	cell_print(row, OBJECT_SOCKETS, TABLE_NOTHING);
	if (count > IDS_MAX || count > own_count) {
		cell_print(row, OBJECT_SOCKETS, "%" PRIu64 " %s", count,
			   is_opener ? "sockets" : "uses");
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, TABLE_CELL_SIZE - used, "%s%ss%" PRIu64 "%s",
					 i != 0 ? " " : "", is_opener ? "" : "(",
					 (uint64_t)sockets[i] + 1, is_opener ? "" : ")");
}

static void end_fill(struct object_row *row, const struct object_group *group)
{
	const struct model_object *object = &row->model->objects[group->first];
	struct quantity quantity;

	if (object->end == 0)
		cell_put(row, OBJECT_END,
			 (object->flags & TRACE_OBJECT_DEATH_UNKNOWN) != 0 ? "unknown" : "alive");
	else if (group->count > 1 || object->end == TRACE_OBJECT_END_EXIT)
		cell_put(row, OBJECT_END, words_object_end(object->end));
	else
		cell_print(row, OBJECT_END, "%s %s", words_object_end(object->end),
			   quantity_moment(object->ended_ns, &quantity));
}

/* CPython's name for code outside of functions tells nothing. */
static void place_fill(struct object_row *row, const struct model_object *object)
{
	static const char outside[] = " <module>";
	char *text = row->cells[OBJECT_PLACE].text;
	size_t size;

	frame_text_short(row->terminal, symbols_own_frame(row->symbols, object->created_stack),
			 text, TABLE_CELL_SIZE);
	size = strlen(text);
	if (size > sizeof outside && strcmp(text + size - sizeof outside + 1, outside) == 0)
		text[size - sizeof outside + 1] = '\0';
}

bool object_row_is_quiet(const struct object_row *row, const struct object_group *group)
{
	return group->depth != 0 && object_is_plumbing(&row->model->objects[group->first]);
}

void object_row_fill(struct object_row *row, const struct object_group *group)
{
	const struct model_object *object = &row->model->objects[group->first];
	const char *more = group->count > 1 ? terminal_ellipsis(row->terminal) : "";
	struct quantity quantity;

	for (size_t i = 0; i < OBJECT_COLUMN_COUNT; i++)
		row->cells[i].style = object_row_is_quiet(row, group) ? TERMINAL_QUIET
								      : TERMINAL_PLAIN;
	cell_print(row, OBJECT_ID, "o%" PRIu64 "%s", (uint64_t)group->first + 1, more);
	name_fill(row, group);
	cell_put(row, OBJECT_ROLE, words_role(object->role));
	cell_print(row, OBJECT_CREATED, "%s%s", quantity_moment(object->created_ns, &quantity),
		   more);
	cell_put(row, OBJECT_CONNECTS, object->connects != NULL ? object->connects : "-");
	sockets_fill(row, group);
	end_fill(row, group);
	place_fill(row, object);
}
