#include "render_marks.h"

#include <inttypes.h>
#include <string.h>

#include "mark_facts.h"
#include "model.h"
#include "quantity.h"
#include "render.h"
#include "socket_facts.h"
#include "table.h"
#include "terminal.h"

enum mark_column {
	COLUMN_ID,
	COLUMN_PID,
	COLUMN_BEGUN,
	COLUMN_LENGTH,
	COLUMN_SOCKETS,
	COLUMN_LEFT,
	COLUMN_NAME,
	COLUMN_COUNT
};

static const struct table_column columns[COLUMN_COUNT] = {
	[COLUMN_ID] = {.title = "id"},
	[COLUMN_PID] = {.title = "pid", .is_right = true, .rank = 3},
	[COLUMN_BEGUN] = {.title = "begun", .is_right = true, .rank = 2},
	[COLUMN_LENGTH] = {.title = "lasted", .is_right = true, .rank = 1},
	[COLUMN_SOCKETS] = {.title = "opened", .is_right = true},
	[COLUMN_LEFT] = {.title = "left open", .is_right = true},
	[COLUMN_NAME] = {.title = "mark", .least = 20},
};

/* Both about connections and listening sockets; pairs and datagrams are no test's concern. */
struct mark_counts {
	uint32_t opened, left;
};

static struct mark_counts mark_count(const struct model *model, const struct model_mark *mark)
{
	struct mark_counts counts = {0};

	for (uint32_t i = 0; i < mark->socket_count; i++) {
		const struct model_socket *socket =
			&model->sockets[model->mark_sockets[mark->first_socket + i]];

		counts.opened += mark_opens(socket);
		counts.left += mark_leaves(mark, socket);
	}
	return counts;
}

static void cells_fill(const struct terminal *terminal, const struct model *model, uint32_t index,
		       struct table_cell *cells)
{
	const struct model_mark *mark = &model->marks[index];
	struct mark_counts counts = mark_count(model, mark);
	struct quantity begun, length;

	memset(cells, 0, COLUMN_COUNT * sizeof(*cells));
	snprintf(cells[COLUMN_ID].text, TABLE_CELL_SIZE, "m%" PRIu64, (uint64_t)index + 1);
	snprintf(cells[COLUMN_PID].text, TABLE_CELL_SIZE, "%" PRIu32, mark->pid);
	snprintf(cells[COLUMN_BEGUN].text, TABLE_CELL_SIZE, "%s",
		 quantity_moment(mark->begun_ns, &begun));
	snprintf(
		cells[COLUMN_LENGTH].text, TABLE_CELL_SIZE, "%s",
		quantity_duration(terminal, time_between(mark->begun_ns, mark->ended_ns), &length));
	snprintf(cells[COLUMN_SOCKETS].text, TABLE_CELL_SIZE, "%" PRIu32, counts.opened);
	snprintf(cells[COLUMN_LEFT].text, TABLE_CELL_SIZE, "%" PRIu32, counts.left);
	cells[COLUMN_LEFT].style = counts.left != 0 ? TERMINAL_NOTICE : TERMINAL_PLAIN;
	terminal_escape(terminal, mark->name, strlen(mark->name), cells[COLUMN_NAME].text,
			TABLE_CELL_SIZE);
}

static void table_fill(struct table *table, const struct terminal *terminal,
		       const struct model *model, FILE *out)
{
	struct table_cell cells[COLUMN_COUNT];

	for (uint32_t i = 0; i < model->marks_count; i++) {
		if (model->marks[i].socket_count == 0)
			continue;
		cells_fill(terminal, model, i, cells);
		if (out == NULL)
			table_measure(table, cells);
		else
			table_print(table, out, cells);
	}
}

static uint32_t marks_empty(const struct model *model)
{
	uint32_t empty = 0;

	for (uint32_t i = 0; i < model->marks_count; i++)
		empty += model->marks[i].socket_count == 0;
	return empty;
}

void render_marks_print(const struct render_input *input, const struct terminal *terminal,
			FILE *out)
{
	const struct model *model = input->model;
	uint32_t empty = marks_empty(model);
	struct table table;
	char remark[64];

	if (model->marks_count == 0)
		return;
	fputc('\n', out);
	terminal_print(terminal, out, TERMINAL_HEADING, "MARKS");
	fputc('\n', out);
	if (empty < model->marks_count) {
		table_init(&table, terminal, columns, COLUMN_COUNT);
		table_fill(&table, terminal, model, NULL);
		table_layout(&table);
		table_print_titles(&table, out);
		table_fill(&table, terminal, model, out);
	}
	if (empty == 0)
		return;
	snprintf(remark, sizeof remark, "  %" PRIu32 " opened nothing\n", empty);
	terminal_print(terminal, out, TERMINAL_QUIET, remark);
}
