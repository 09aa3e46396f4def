#include "matcher.h"

#include <stdlib.h>

#include "matcher_group.h"
#include "matcher_marks.h"
#include "matcher_objects.h"
#include "model.h"
#include "progress.h"

struct matcher {
	struct model *model;
	struct matcher_group links; /* rows of model.links by socket */
	uint32_t *seen;             /* by object: the last socket (+ 1) that it was listed for */
	uint32_t owners_count, users_count;
};

/* Innermost first; users all have the order in which they came. */
static int links_compare(const void *left, const void *right, void *context)
{
	const struct model *model = context;
	uint32_t row = *(const uint32_t *)left, other = *(const uint32_t *)right;
	const struct model_link *a = &model->links[row], *b = &model->links[other];

	if (a->what != b->what)
		return a->what < b->what ? -1 : 1;
	if (a->what == TRACE_LINK_OWNER && a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	return row < other ? -1 : row > other;
}

/*
 * A stack, a handle or a descriptor says whose method connected; a task or a thread only says who
 * started what connected. So the weaker count only where nothing stronger is known.
 */
static int match_weakness(enum trace_match match)
{
	switch (match) {
	case TRACE_MATCH_STACK:
	case TRACE_MATCH_HANDLE:
	case TRACE_MATCH_FD:
		return 0;
	case TRACE_MATCH_TASK:
		return 1;
	default:
		return 2;
	}
}

static bool is_stronger(enum trace_match match, enum trace_match than)
{
	return match != 0 && (than == 0 || match < than);
}

static int owners_weakness(const struct matcher *matcher, uint32_t socket)
{
	const struct matcher_group *links = &matcher->links;
	int weakness = 3;

	for (uint32_t i = links->firsts[socket]; i < links->firsts[socket + 1]; i++) {
		const struct model_link *link = &matcher->model->links[links->values[i]];

		if (link->what == TRACE_LINK_OWNER && match_weakness(link->match) < weakness)
			weakness = match_weakness(link->match);
	}
	return weakness;
}

static void socket_owners(struct matcher *matcher, uint32_t socket)
{
	struct model *model = matcher->model;
	struct model_socket *row = &model->sockets[socket];
	const struct matcher_group *links = &matcher->links;
	int weakness = owners_weakness(matcher, socket);

	row->match = 0;
	row->first_owner = matcher->owners_count;
	for (uint32_t i = links->firsts[socket]; i < links->firsts[socket + 1]; i++) {
		const struct model_link *link = &model->links[links->values[i]];

		if (link->what != TRACE_LINK_OWNER || match_weakness(link->match) != weakness ||
		    matcher->seen[link->object] == socket + 1)
			continue;
		matcher->seen[link->object] = socket + 1;
		model->owners[matcher->owners_count++] = links->values[i];
		if (is_stronger(link->match, row->match))
			row->match = link->match;
	}
	row->owner_count = matcher->owners_count - row->first_owner;
}

/*
 * Some clients connect in a task of their own (httpx.AsyncClient by way of anyio), where no frame
 * of theirs is on the stack, and are seen only when they send. Whoever existed when nobody's
 * socket was connected, and was the first to use it, stands behind that connect: a task's match.
 */
static void socket_first_users_own(struct matcher *matcher, uint32_t socket)
{
	struct model *model = matcher->model;
	struct model_socket *row = &model->sockets[socket];
	const struct matcher_group *links = &matcher->links;
	int64_t first_ns = TIME_NONE;

	for (uint32_t i = links->firsts[socket]; i < links->firsts[socket + 1]; i++) {
		const struct model_link *link = &model->links[links->values[i]];

		if (row->owner_count != 0 || row->connect_started_ns == TIME_NONE ||
		    link->what != TRACE_LINK_USER || matcher->seen[link->object] == socket + 1 ||
		    model->objects[link->object].created_ns > row->connect_started_ns ||
		    (first_ns != TIME_NONE && link->time_ns != first_ns))
			continue;
		first_ns = link->time_ns;
		matcher->seen[link->object] = socket + 1;
		model->owners[matcher->owners_count++] = links->values[i];
		row->match = TRACE_MATCH_TASK;
	}
	row->owner_count = matcher->owners_count - row->first_owner;
}

/* After socket_owners(), which has marked the owners: they are no users besides. */
static void socket_users(struct matcher *matcher, uint32_t socket)
{
	struct model *model = matcher->model;
	struct model_socket *row = &model->sockets[socket];
	const struct matcher_group *links = &matcher->links;

	row->first_user = matcher->users_count;
	for (uint32_t i = links->firsts[socket]; i < links->firsts[socket + 1]; i++) {
		const struct model_link *link = &model->links[links->values[i]];

		if (link->what != TRACE_LINK_USER || matcher->seen[link->object] == socket + 1)
			continue;
		matcher->seen[link->object] = socket + 1;
		model->users[matcher->users_count++] = links->values[i];
	}
	row->user_count = matcher->users_count - row->first_user;
}

static bool is_living_handle(const struct model_object *owner, int64_t time_ns)
{
	return owner->runtime == TRACE_RUNTIME_C &&
	       (owner->ended_ns == TIME_NONE || owner->ended_ns > time_ns);
}

/* The recorder links a closed socket to the C handles in whose calls that happened. */
static void socket_closed(struct matcher *matcher, uint32_t socket)
{
	struct model *model = matcher->model;
	struct model_socket *row = &model->sockets[socket];
	const struct matcher_group *links = &matcher->links;
	bool is_behind = false;

	for (uint32_t i = 0; i < row->owner_count && row->end == TRACE_END_CLOSED; i++) {
		const struct model_link *link = &model->links[model->owners[row->first_owner + i]];

		is_behind = is_behind ||
			    is_living_handle(&model->objects[link->object], row->closed_ns);
	}
	for (uint32_t i = links->firsts[socket]; i < links->firsts[socket + 1]; i++) {
		if (model->links[links->values[i]].what == TRACE_LINK_CLOSER)
			is_behind = false;
	}
	row->is_closed_behind = is_behind;
}

static void match_sockets(struct matcher *matcher)
{
	struct matcher_group *links = &matcher->links;

	for (uint32_t i = 0; i < matcher->model->sockets_count; i++) {
		uint32_t first = links->firsts[i], count = links->firsts[i + 1] - first;

		if (i % PROGRESS_STRIDE == 0)
			progress_tell(matcher->model->progress, PROGRESS_MATCH, i,
				      matcher->model->sockets_count);
		if (count > 1)
			qsort_r(links->values + first, count, sizeof(*links->values), links_compare,
				matcher->model);
		socket_owners(matcher, i);
		socket_first_users_own(matcher, i);
		socket_users(matcher, i);
		socket_closed(matcher, i);
	}
}

static int sockets_compare(const void *left, const void *right, void *context)
{
	const struct model *model = context;
	uint32_t row = *(const uint32_t *)left, other = *(const uint32_t *)right;
	int64_t a = matcher_connect_ns(&model->sockets[row]),
		b = matcher_connect_ns(&model->sockets[other]);

	if (a != b)
		return a < b ? -1 : 1;
	return row < other ? -1 : row > other;
}

static void sockets_sort(struct model *model, uint32_t *sockets, uint32_t count)
{
	if (count > 1)
		qsort_r(sockets, count, sizeof(*sockets), sockets_compare, model);
}

static void owner_pair(const void *context, uint32_t index, uint32_t *object, uint32_t *socket)
{
	const struct model *model = context;
	const struct model_link *link = &model->links[model->owners[index]];

	*object = link->object;
	*socket = link->socket;
}

static void user_pair(const void *context, uint32_t index, uint32_t *object, uint32_t *socket)
{
	const struct model *model = context;
	const struct model_link *link = &model->links[model->users[index]];

	*object = link->object;
	*socket = link->socket;
}

static bool match_objects(struct matcher *matcher)
{
	struct model *model = matcher->model;
	struct matcher_group opened = {0}, used = {0};
	bool is_done = matcher_group_init(&opened, model->objects_count, matcher->owners_count,
					  owner_pair, model) &&
		       matcher_group_init(&used, model->objects_count, matcher->users_count,
					  user_pair, model);

	for (uint32_t i = 0; is_done && i < model->objects_count; i++) {
		struct model_object *object = &model->objects[i];

		object->first_opened = opened.firsts[i];
		object->opened_count = opened.firsts[i + 1] - opened.firsts[i];
		object->first_used = used.firsts[i];
		object->used_count = used.firsts[i + 1] - used.firsts[i];
		sockets_sort(model, opened.values + object->first_opened, object->opened_count);
		sockets_sort(model, used.values + object->first_used, object->used_count);
	}
	/* the lists stay with the model; only the places in them were for here */
	free(opened.firsts);
	free(used.firsts);
	model->opened = opened.values;
	model->used = used.values;
	return is_done && matcher_objects(model);
}

static void link_pair(const void *context, uint32_t index, uint32_t *socket, uint32_t *link)
{
	const struct model *model = context;

	*socket = model->links[index].socket;
	*link = index;
}

static uint32_t *list_new(uint32_t count)
{
	return calloc((size_t)count + 1, sizeof(uint32_t));
}

enum status matcher_run(struct model *model, struct error *error)
{
	struct matcher matcher = {.model = model, .seen = list_new(model->objects_count)};
	bool is_done = matcher_group_init(&matcher.links, model->sockets_count, model->links_count,
					  link_pair, model);

	model->owners = list_new(model->links_count);
	model->users = list_new(model->links_count);
	model->open_at_end = list_new(model->links_count);
	is_done = is_done && matcher.seen != NULL && model->owners != NULL &&
		  model->users != NULL && model->open_at_end != NULL;
	if (is_done) {
		match_sockets(&matcher);
		is_done = match_objects(&matcher) && matcher_marks(model);
	}
	matcher_group_release(&matcher.links);
	free(matcher.seen);
	return is_done ? STATUS_OK : error_set(error, STATUS_NO_MEMORY, NULL, 0, "out of memory");
}
