#include "diff_gather.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finding.h"
#include "finding_place.h"
#include "model.h"
#include "selection.h"
#include "socket_facts.h"
#include "symbols.h"

#define NAME_SIZE 512

/* A socket's birth or end in its group. */
struct moment {
	uint32_t group;
	int64_t time_ns;
	int change; /* +1 or -1 */
};

struct moments {
	struct moment *rows;
	size_t count;
};

static struct diff_group *group_get(struct diff_groups *groups, const char *name)
{
	struct diff_group *group = NULL;

	HASH_FIND_STR(groups->head, name, group);
	if (group != NULL)
		return group;
	group = calloc(1, sizeof *group);
	if (group != NULL)
		group->row.name = strdup(name);
	if (group == NULL || group->row.name == NULL) {
		free(group);
		groups->failed = true;
		return NULL;
	}
	group->number = groups->count++;
	HASH_ADD_KEYPTR(hh, groups->head, group->row.name, strlen(group->row.name), group);
	return group;
}

void diff_groups_release(struct diff_groups *groups)
{
	struct diff_group *group, *next;

	HASH_ITER (hh, groups->head, group, next) {
		HASH_DELETE(hh, groups->head, group);
		free(group);
	}
}

/* ---- call sites ---- */

/* What came from another process was counted there. */
static bool is_opened_here(const struct model *model, uint32_t index)
{
	const struct model_socket *socket = &model->sockets[index];

	return socket->origin != TRACE_ORIGIN_INHERITED &&
	       socket->origin != TRACE_ORIGIN_RECEIVED && !selection_is_noise(model, index);
}

/* The class of the outermost owner: what the program itself made. */
static const char *class_of(const struct model *model, const struct model_socket *socket)
{
	uint32_t outermost;

	if (socket->owner_count == 0)
		return NULL;
	outermost = model->links[socket->first_owner + socket->owner_count - 1].object;
	return model->objects[outermost].class_name;
}

static struct diff_group *site_get(struct diff_groups *groups, const struct diff_input *input,
				   const struct model_socket *socket)
{
	char name[NAME_SIZE];
	const struct finding place = {
		.class_name = class_of(input->model, socket),
		.at = symbols_own_frame(input->symbols, socket_opened_stack(socket)),
	};

	finding_name_fill(&place, name, sizeof name);
	return group_get(groups, name);
}

static int order_moments(const void *a, const void *b)
{
	const struct moment *left = a, *right = b;

	if (left->group != right->group)
		return left->group < right->group ? -1 : 1;
	if (left->time_ns != right->time_ns)
		return left->time_ns < right->time_ns ? -1 : 1;
	return left->change - right->change; /* an end comes before a birth of the same time */
}

static void moments_add(struct moments *moments, const struct diff_input *input, uint32_t group,
			const struct model_socket *socket)
{
	int64_t ended_ns = socket_ended_ns(input->model, socket);

	moments->rows[moments->count++] = (struct moment){group, socket->created_ns, 1};
	if (ended_ns != TIME_NONE && ended_ns > socket->created_ns)
		moments->rows[moments->count++] = (struct moment){group, ended_ns, -1};
}

static void peaks_fill(const struct moments *moments, uint64_t *peaks)
{
	uint32_t group = 0;
	uint64_t open = 0;

	qsort(moments->rows, moments->count, sizeof *moments->rows, order_moments);
	for (size_t i = 0; i < moments->count; i++) {
		if (i == 0 || moments->rows[i].group != group)
			open = 0;
		group = moments->rows[i].group;
		open += (uint64_t)moments->rows[i].change;
		if (open > peaks[group])
			peaks[group] = open;
	}
}

static void sites_count(struct diff_groups *groups, const struct diff_input *input,
			enum diff_side side, struct moments *moments)
{
	const struct model *model = input->model;

	for (uint32_t i = 0; i < model->sockets_count && !groups->failed; i++) {
		const struct model_socket *socket = &model->sockets[i];
		struct diff_group *group;

		if (!is_opened_here(model, i))
			continue;
		group = site_get(groups, input, socket);
		if (group == NULL)
			return;
		group->row.counts[0][side] += socket_is_connection(socket);
		group->row.counts[2][side] += model_socket_is_open_at_end(socket);
		moments_add(moments, input, group->number, socket);
	}
}

void diff_gather_sites(struct diff_groups *groups, const struct diff_input *input,
		       enum diff_side side)
{
	struct moments moments = {
		.rows = calloc((size_t)input->model->sockets_count + 1, 2 * sizeof *moments.rows)};
	uint64_t *peaks = NULL;

	if (moments.rows != NULL)
		sites_count(groups, input, side, &moments);
	peaks = calloc((size_t)groups->count + 1, sizeof *peaks);
	if (moments.rows != NULL && peaks != NULL) {
		peaks_fill(&moments, peaks);
		for (struct diff_group *group = groups->head; group != NULL; group = group->hh.next)
			group->row.counts[1][side] = peaks[group->number];
	}
	groups->failed |= moments.rows == NULL || peaks == NULL;
	free(moments.rows);
	free(peaks);
}

/* ---- classes ---- */

static uint64_t connections_of(const struct model *model, const struct model_object *object)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < object->opened_count; i++)
		count += socket_is_connection(
			&model->sockets[model->opened[object->first_opened + i]]);
	return count;
}

void diff_gather_classes(struct diff_groups *groups, const struct diff_input *input,
			 enum diff_side side)
{
	const struct model *model = input->model;

	for (uint32_t i = 0; i < model->objects_count; i++) {
		const struct model_object *object = &model->objects[i];
		struct diff_group *group = group_get(groups, object->class_name);

		if (group == NULL)
			return;
		group->row.counts[0][side]++;
		group->row.counts[1][side] += connections_of(model, object);
		group->row.counts[2][side] += object->open_at_end_count;
	}
}

/* ---- findings ---- */

void diff_gather_findings(struct diff_groups *groups, const struct diff_input *input,
			  enum diff_side side)
{
	for (uint32_t i = 0; i < input->findings->count; i++) {
		const struct finding *finding = &input->findings->rows[i];
		char place[NAME_SIZE], name[NAME_SIZE + 64];
		struct diff_group *group;

		finding_name_fill(finding, place, sizeof place);
		snprintf(name, sizeof name, "%s: %s", rule_name(finding->rule), place);
		group = group_get(groups, name);
		if (group == NULL)
			return;
		group->row.counts[0][side] += finding->count;
		group->row.finding = i;
		group->row.finding_side = side;
		group->row.fingerprint = finding->fingerprint;
	}
}
