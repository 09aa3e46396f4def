#include "matcher_links.h"

#include <stdlib.h>

#include "matcher_group.h"
#include "model.h"

static int link_order(const struct model_link *a, const struct model_link *b)
{
	if (a->what != b->what)
		return a->what < b->what ? -1 : 1;
	if (a->what == TRACE_LINK_OWNER && a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	return 0;
}

static int links_compare(const void *left, const void *right, void *context)
{
	const struct model *model = context;
	uint32_t row = *(const uint32_t *)left, other = *(const uint32_t *)right;
	int order = link_order(&model->links[row], &model->links[other]);

	return order != 0 ? order : (row > other) - (row < other);
}

/* As they nearly always are where a socket is used by who opened it. */
static bool is_ordered(const struct model *model)
{
	for (uint32_t i = 1; i < model->links_count; i++) {
		const struct model_link *a = &model->links[i - 1], *b = &model->links[i];

		if (a->socket > b->socket || (a->socket == b->socket && link_order(a, b) > 0))
			return false;
	}
	return true;
}

/* Row i becomes what was row rows[i]: along each ring of rows that take one another's places. */
static void links_place(struct model *model, uint32_t *rows)
{
	for (uint32_t i = 0; i < model->links_count; i++) {
		struct model_link first = model->links[i];
		uint32_t at = i;

		while (rows[at] != i) {
			uint32_t from = rows[at];

			model->links[at] = model->links[from];
			rows[at] = at;
			at = from;
		}
		model->links[at] = first;
		rows[at] = at;
	}
}

static bool link_pair(const void *context, uint32_t index, uint32_t *socket, uint32_t *link)
{
	const struct model *model = context;

	*socket = model->links[index].socket;
	*link = index;
	return true;
}

bool matcher_links_order(struct model *model)
{
	struct matcher_group rows = {0};
	bool is_done;

	if (is_ordered(model))
		return true;
	is_done = matcher_group_init(&rows, model->sockets_count, model->links_count, link_pair,
				     model);
	for (uint32_t i = 0; is_done && i < model->sockets_count; i++) {
		uint32_t first = rows.firsts[i], count = rows.firsts[i + 1] - first;

		if (count > 1)
			qsort_r(rows.values + first, count, sizeof *rows.values, links_compare,
				model);
	}
	if (is_done)
		links_place(model, rows.values);
	matcher_group_release(&rows);
	return is_done;
}
