#include "matcher.h"

#include <stdlib.h>

#include "matcher_group.h"
#include "matcher_links.h"
#include "matcher_marks.h"
#include "matcher_objects.h"
#include "model.h"
#include "progress.h"

struct matcher {
	struct model *model;
	uint32_t *seen; /* by object: the last socket (+ 1) that it was listed for */
	/* the links of the socket at hand, and those that are to stand first */
	struct model_link *links, *kept;
	uint32_t link_count, kept_count, kept_room;
};

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

static int owners_weakness(const struct matcher *matcher)
{
	int weakness = 3;

	for (uint32_t i = 0; i < matcher->link_count; i++) {
		const struct model_link *link = &matcher->links[i];

		if (link->what == TRACE_LINK_OWNER && match_weakness(link->match) < weakness)
			weakness = match_weakness(link->match);
	}
	return weakness;
}

/* Objects count once for each socket. */
static bool is_new(const struct matcher *matcher, uint32_t socket, const struct model_link *link)
{
	return matcher->seen[link->object] != socket + 1;
}

static struct model_link *link_keep(struct matcher *matcher, uint32_t socket,
				    const struct model_link *link)
{
	struct model_link *kept = &matcher->kept[matcher->kept_count++];

	matcher->seen[link->object] = socket + 1;
	*kept = *link;
	return kept;
}

static void socket_owners(struct matcher *matcher, uint32_t socket)
{
	struct model_socket *row = &matcher->model->sockets[socket];
	int weakness = owners_weakness(matcher);

	row->match = 0;
	for (uint32_t i = 0; i < matcher->link_count; i++) {
		const struct model_link *link = &matcher->links[i];

		if (link->what != TRACE_LINK_OWNER || match_weakness(link->match) != weakness ||
		    !is_new(matcher, socket, link))
			continue;
		link_keep(matcher, socket, link);
		if (is_stronger(link->match, row->match))
			row->match = link->match;
	}
	row->owner_count = matcher->kept_count;
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
	int64_t first_ns = TIME_NONE;

	if (row->owner_count != 0 || row->connect_started_ns == TIME_NONE)
		return;
	for (uint32_t i = 0; i < matcher->link_count; i++) {
		const struct model_link *link = &matcher->links[i];
		struct model_link *kept;

		if (link->what != TRACE_LINK_USER || !is_new(matcher, socket, link) ||
		    model->objects[link->object].created_ns > row->connect_started_ns ||
		    (first_ns != TIME_NONE && link->time_ns != first_ns))
			continue;
		first_ns = link->time_ns;
		kept = link_keep(matcher, socket, link);
		kept->what = TRACE_LINK_OWNER;
		kept->match = TRACE_MATCH_TASK;
		row->match = TRACE_MATCH_TASK;
	}
	row->owner_count = matcher->kept_count;
}

/* After socket_owners(), which has marked the owners: they are no users besides. */
static void socket_users(struct matcher *matcher, uint32_t socket)
{
	struct model_socket *row = &matcher->model->sockets[socket];

	for (uint32_t i = 0; i < matcher->link_count; i++) {
		const struct model_link *link = &matcher->links[i];

		if (link->what == TRACE_LINK_USER && is_new(matcher, socket, link))
			link_keep(matcher, socket, link);
	}
	row->user_count = matcher->kept_count - row->owner_count;
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
	bool is_behind = false;

	for (uint32_t i = 0; i < row->owner_count && row->end == TRACE_END_CLOSED; i++)
		is_behind = is_behind || is_living_handle(&model->objects[matcher->kept[i].object],
							  row->closed_ns);
	for (uint32_t i = 0; i < matcher->link_count; i++) {
		if (matcher->links[i].what == TRACE_LINK_CLOSER)
			is_behind = false;
	}
	row->is_closed_behind = is_behind;
}

/* Owners, users, closers; the rest says nothing more. */
static void links_arrange(struct matcher *matcher)
{
	for (uint32_t i = 0; i < matcher->link_count; i++) {
		if (matcher->links[i].what == TRACE_LINK_CLOSER)
			matcher->kept[matcher->kept_count++] = matcher->links[i];
	}
	for (uint32_t i = 0; i < matcher->link_count; i++) {
		if (i < matcher->kept_count)
			matcher->links[i] = matcher->kept[i];
		else
			matcher->links[i].what = 0;
	}
}

static bool links_room(struct matcher *matcher)
{
	struct model_link *kept;

	if (matcher->link_count <= matcher->kept_room)
		return true;
	kept = reallocarray(matcher->kept, (size_t)matcher->link_count * 2, sizeof *kept);
	if (kept == NULL)
		return false;
	matcher->kept = kept;
	matcher->kept_room = matcher->link_count * 2;
	return true;
}

/* Links are in the order of their sockets: from `first` on come those of this one. */
static bool match_socket(struct matcher *matcher, uint32_t socket, uint32_t first)
{
	struct model *model = matcher->model;
	struct model_socket *row = &model->sockets[socket];

	matcher->links = model->links + first;
	matcher->link_count = matcher->kept_count = 0;
	while (first + matcher->link_count < model->links_count &&
	       matcher->links[matcher->link_count].socket == socket)
		matcher->link_count++;
	if (!links_room(matcher))
		return false;
	socket_owners(matcher, socket);
	socket_first_users_own(matcher, socket);
	socket_users(matcher, socket);
	socket_closed(matcher, socket);
	links_arrange(matcher);
	row->first_owner = first;
	return true;
}

static bool match_sockets(struct matcher *matcher)
{
	struct model *model = matcher->model;
	uint32_t first = 0;

	for (uint32_t i = 0; i < model->sockets_count; i++) {
		if (i % PROGRESS_STRIDE == 0)
			progress_tell(model->progress, PROGRESS_MATCH, i, model->sockets_count);
		if (!match_socket(matcher, i, first))
			return false;
		first += matcher->link_count;
	}
	return true;
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

static bool owner_pair(const void *context, uint32_t index, uint32_t *object, uint32_t *socket)
{
	const struct model *model = context;
	const struct model_link *link = &model->links[index];

	*object = link->object;
	*socket = link->socket;
	return link->what == TRACE_LINK_OWNER;
}

static bool user_pair(const void *context, uint32_t index, uint32_t *object, uint32_t *socket)
{
	const struct model *model = context;
	const struct model_link *link = &model->links[index];

	*object = link->object;
	*socket = link->socket;
	return link->what == TRACE_LINK_USER;
}

static bool match_objects(struct model *model)
{
	struct matcher_group opened = {0}, used = {0};
	bool is_done = matcher_group_init(&opened, model->objects_count, model->links_count,
					  owner_pair, model) &&
		       matcher_group_init(&used, model->objects_count, model->links_count,
					  user_pair, model);

	if (is_done)
		model->open_at_end = calloc((size_t)opened.firsts[model->objects_count] + 1,
					    sizeof *model->open_at_end);
	is_done = is_done && model->open_at_end != NULL;
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

enum status matcher_run(struct model *model, struct error *error)
{
	struct matcher matcher = {
		.model = model,
		.seen = calloc((size_t)model->objects_count + 1, sizeof *matcher.seen)};
	bool is_done = matcher.seen != NULL && matcher_links_order(model) &&
		       match_sockets(&matcher) && match_objects(model) && matcher_marks(model);

	free(matcher.seen);
	free(matcher.kept);
	return is_done ? STATUS_OK : error_set(error, STATUS_NO_MEMORY, NULL, 0, "out of memory");
}
