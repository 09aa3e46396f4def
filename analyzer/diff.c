#include "diff.h"

#include <stdlib.h>
#include <string.h>

#include "diff_gather.h"
#include "finding.h"

static const struct list {
	const char *key;
	void (*gather)(struct diff_groups *groups, const struct diff_input *input,
		       enum diff_side side);
	struct diff_column columns[DIFF_COLUMNS_MAX + 1];
} lists[DIFF_LISTS] = {
	[DIFF_SITES] = {"call_sites",
			diff_gather_sites,
			{{"connections", "connection", "connections"},
			 {"peak_open", "open at once", "open at once"},
			 {"open_at_end", "open at the end", "open at the end"},
			 {0}}},
	[DIFF_CLASSES] = {"classes",
			  diff_gather_classes,
			  {{"objects", "object", "objects"},
			   {"connections", "connection", "connections"},
			   {"open_at_end", "open at the end", "open at the end"},
			   {0}}},
	[DIFF_FINDINGS] = {"findings", diff_gather_findings, {{"count", "time", "times"}, {0}}},
};

const struct diff_column *diff_columns(enum diff_list list)
{
	return lists[list].columns;
}

const char *diff_list_key(enum diff_list list)
{
	return lists[list].key;
}

const char *diff_change_word(enum diff_change change)
{
	static const char *const words[] = {"same", "new", "grown", "shrunk", "gone"};

	return words[change];
}

static bool is_absent(const struct diff_row *row, enum diff_side side)
{
	for (size_t i = 0; i < DIFF_COLUMNS_MAX; i++) {
		if (row->counts[i][side] != 0)
			return false;
	}
	return true;
}

/* The first number that is not the same decides. */
static enum diff_change change_of(const struct diff_row *row)
{
	for (size_t i = 0; i < DIFF_COLUMNS_MAX; i++) {
		if (row->counts[i][DIFF_OLD] == row->counts[i][DIFF_NEW])
			continue;
		if (is_absent(row, DIFF_OLD))
			return DIFF_IS_NEW;
		if (is_absent(row, DIFF_NEW))
			return DIFF_GONE;
		return row->counts[i][DIFF_OLD] < row->counts[i][DIFF_NEW] ? DIFF_GROWN
									   : DIFF_SHRUNK;
	}
	return DIFF_SAME;
}

static int order_rows(const void *a, const void *b)
{
	const struct diff_row *left = a, *right = b;
	/* SAME is 0 and comes last */
	unsigned int left_rank = (unsigned int)left->change - 1;
	unsigned int right_rank = (unsigned int)right->change - 1;

	if (left_rank != right_rank)
		return left_rank < right_rank ? -1 : 1;
	return strcmp(left->name, right->name);
}

/* The rows take over the names of the groups. */
static void rows_fill(struct diff_rows *rows, const struct diff_groups *groups)
{
	for (struct diff_group *group = groups->head; group != NULL; group = group->hh.next) {
		struct diff_row *row = &rows->rows[rows->count++];

		*row = group->row;
		row->change = change_of(row);
	}
	qsort(rows->rows, rows->count, sizeof *rows->rows, order_rows);
}

static void names_free(const struct diff_groups *groups)
{
	for (struct diff_group *group = groups->head; group != NULL; group = group->hh.next)
		free(group->row.name);
}

static enum status list_fill(struct diff_rows *rows, const struct list *list,
			     const struct diff_input inputs[DIFF_SIDES], struct error *error)
{
	struct diff_groups groups = {0};
	enum status status = STATUS_OK;

	for (unsigned int side = 0; side < DIFF_SIDES; side++)
		list->gather(&groups, &inputs[side], (enum diff_side)side);
	rows->rows = calloc((size_t)groups.count + 1, sizeof *rows->rows);
	if (rows->rows == NULL || groups.failed) {
		names_free(&groups);
		status = error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
	} else {
		rows_fill(rows, &groups);
	}
	diff_groups_release(&groups);
	return status;
}

enum status diff_init(struct diff *diff, const struct diff_input inputs[DIFF_SIDES],
		      struct error *error)
{
	enum status status = STATUS_OK;

	memset(diff, 0, sizeof *diff);
	for (unsigned int side = 0; side < DIFF_SIDES && status == STATUS_OK; side++) {
		diff->leaked[side] = inputs[side].findings->leaked_count;
		status = summary_fill(&diff->summaries[side], inputs[side].model, error);
	}
	for (unsigned int list = 0; list < DIFF_LISTS && status == STATUS_OK; list++)
		status = list_fill(&diff->lists[list], &lists[list], inputs, error);
	if (status != STATUS_OK)
		diff_release(diff);
	return status;
}

void diff_release(struct diff *diff)
{
	for (unsigned int list = 0; list < DIFF_LISTS; list++) {
		for (size_t i = 0; i < diff->lists[list].count; i++)
			free(diff->lists[list].rows[i].name);
		free(diff->lists[list].rows);
	}
	memset(diff, 0, sizeof *diff);
}
