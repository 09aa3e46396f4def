#include "model_cut.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "model_loader.h"

#define NS_PER_SECOND 1e9

struct cut {
	struct model *model;
	const struct model_snapshot *snapshot;
	int64_t at_ns;
	uint32_t *sockets, *objects; /* old row -> new row, MODEL_NONE for one that is gone */
};

static bool is_later(int64_t time_ns, const struct cut *cut)
{
	return time_ns != TIME_NONE && time_ns > cut->at_ns;
}

static void time_undo(int64_t *time_ns, const struct cut *cut)
{
	if (is_later(*time_ns, cut))
		*time_ns = TIME_NONE;
}

/* ---- rows that are gone ---- */

/* A process that started later is behind all others; its rows are, too. */
static void processes_cut(struct cut *cut)
{
	struct model *model = cut->model;

	while (model->processes_count > 1 &&
	       is_later(model->processes[model->processes_count - 1].started_ns, cut))
		model->processes_count--;
	for (uint32_t i = 0; i < model->processes_count; i++) {
		struct model_process *process = &model->processes[i];

		process->socket_count = process->object_count = 0;
		if (!is_later(process->ended_ns, cut))
			continue;
		process->ended_ns = TIME_NONE;
		process->end = 0;
		process->status = -1;
		process->signal_number = 0;
		process->is_live = true;
	}
}

static bool is_kept(const struct cut *cut, uint32_t process, int64_t created_ns)
{
	return process < cut->model->processes_count && !is_later(created_ns, cut);
}

static void sockets_cut(struct cut *cut)
{
	struct model *model = cut->model;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < model->sockets_count; i++) {
		struct model_socket *socket = &model->sockets[i];
		struct model_process *process;

		cut->sockets[i] = MODEL_NONE;
		if (!is_kept(cut, socket->process, socket->created_ns))
			continue;
		process = &model->processes[socket->process];
		if (process->socket_count++ == 0)
			process->first_socket = kept;
		model->sockets[kept] = *socket;
		cut->sockets[i] = kept++;
	}
	model->sockets_count = kept;
}

static void objects_cut(struct cut *cut)
{
	struct model *model = cut->model;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < model->objects_count; i++) {
		struct model_object *object = &model->objects[i];
		struct model_process *process;

		cut->objects[i] = MODEL_NONE;
		if (!is_kept(cut, object->process, object->created_ns))
			continue;
		process = &model->processes[object->process];
		if (process->object_count++ == 0)
			process->first_object = kept;
		model->objects[kept] = *object;
		cut->objects[i] = kept++;
	}
	model->objects_count = kept;
}

static void links_cut(struct cut *cut)
{
	struct model *model = cut->model;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < model->links_count; i++) {
		struct model_link link = model->links[i];

		link.socket = cut->sockets[link.socket];
		link.object = cut->objects[link.object];
		if (link.socket != MODEL_NONE && link.object != MODEL_NONE &&
		    !is_later(link.time_ns, cut))
			model->links[kept++] = link;
	}
	model->links_count = kept;
}

static void events_cut(struct cut *cut)
{
	struct model *model = cut->model;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < model->events_count; i++) {
		struct model_event event = model->events[i];

		event.socket = cut->sockets[event.socket];
		if (event.socket != MODEL_NONE && !is_later(event.time_ns, cut))
			model->events[kept++] = event;
	}
	model->events_count = kept;
}

static void connects_cut(struct cut *cut)
{
	struct model *model = cut->model;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < model->sockets_count; i++) {
		struct model_socket *socket = &model->sockets[i];

		if (is_later(socket->connect_started_ns, cut))
			socket->connect_count = 0;
	}
	for (uint32_t i = 0; i < model->connects_count; i++) {
		uint32_t socket = cut->sockets[model->connects[i].socket];

		if (socket != MODEL_NONE)
			model->sockets[socket].connect_count = 0;
	}
	for (uint32_t i = 0; i < model->connects_count; i++) {
		struct model_connect connect = model->connects[i];

		connect.socket = cut->sockets[connect.socket];
		if (connect.socket == MODEL_NONE || is_later(connect.started_ns, cut))
			continue;
		if (is_later(connect.finished_ns, cut)) {
			connect.finished_ns = TIME_NONE;
			connect.error = EINPROGRESS;
		}
		model->sockets[connect.socket].connect_count++;
		model->connects[kept++] = connect;
	}
	model->connects_count = kept;
}

static void children_cut(struct cut *cut)
{
	struct model *model = cut->model;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < model->children_count; i++) {
		if (is_kept(cut, model->children[i].process, model->children[i].time_ns))
			model->children[kept++] = model->children[i];
	}
	model->children_count = kept;
}

static void modules_cut(struct cut *cut)
{
	struct model *model = cut->model;
	uint32_t kept = 0;

	/* rows of later processes are behind all others */
	while (model->stacks_count > 0 &&
	       model->stacks[model->stacks_count - 1].process >= model->processes_count)
		model->stacks_count--;
	while (model->codes_count > 0 &&
	       model->codes[model->codes_count - 1].process >= model->processes_count)
		model->codes_count--;

	for (uint32_t i = 0; i < model->modules_count; i++) {
		if (model->modules[i].process < model->processes_count)
			model->modules[kept++] = model->modules[i];
	}
	model->modules_count = kept;
}

/* Of a process that is gone is said what is said of no process in particular. */
static void remarks_cut(struct model *model)
{
	for (uint32_t i = 0; i < model->notes_count; i++) {
		if (model->notes[i].process >= model->processes_count)
			model->notes[i].process = 0;
	}
	for (uint32_t i = 0; i < model->losses_count; i++) {
		if (model->losses[i].process >= model->processes_count)
			model->losses[i].process = 0;
	}
	for (uint32_t i = 0; i < model->snapshots_count; i++) {
		if (model->snapshots[i].process >= model->processes_count)
			model->snapshots[i].process = 0;
	}
}

/* ---- rows that stay ---- */

static void socket_undo_end(struct model_socket *socket, const struct cut *cut)
{
	if (socket->end == 0 || !is_later(socket->closed_ns, cut))
		return;
	socket->end = 0;
	socket->closed_ns = TIME_NONE;
	socket->closed_stack = MODEL_NONE;
	socket->tcp_state = 0;
	socket->error = 0;
}

static void io_undo(struct model_socket *socket, const struct cut *cut)
{
	bool has_first = is_later(model_socket_first_io_ns(cut->model, socket), cut);
	bool has_stale = is_later(model_socket_stale_io_ns(cut->model, socket), cut);
	struct trace_socket *own;

	own = has_first || has_stale ? model_socket_own(cut->model, socket) : NULL;
	if (own != NULL && has_first)
		own->first_io_ns = 0;
	if (own != NULL && has_stale)
		own->stale_io_ns = 0;
}

static void socket_undo(struct model_socket *socket, const struct cut *cut)
{
	if (socket->parent != MODEL_NONE)
		socket->parent = cut->sockets[socket->parent];
	socket_undo_end(socket, cut);
	if (is_later(socket->connect_started_ns, cut)) {
		socket->connect_started_ns = socket->connected_ns = TIME_NONE;
		socket->connect_error = 0;
		socket->connect_stack = MODEL_NONE;
		socket->peer = (struct model_address){.family = 0};
		socket->peer_name = NULL;
		socket->flags &= ~(uint32_t)(TRACE_SOCKET_CONNECTED | TRACE_SOCKET_CONNECTING);
	} else if (is_later(socket->connected_ns, cut)) {
		socket->connected_ns = TIME_NONE;
		socket->connect_error = EINPROGRESS;
		socket->flags &= ~(uint32_t)TRACE_SOCKET_CONNECTED;
	}
	time_undo(&socket->peer_closed_ns, cut);
	io_undo(socket, cut);
}

static void held_apply(const struct cut *cut, const struct model_held *held)
{
	uint32_t row = cut->sockets[held->socket];
	struct model_socket *socket = row != MODEL_NONE ? &cut->model->sockets[row] : NULL;
	struct trace_socket *own;

	if (socket == NULL || held->snapshot != cut->snapshot->id ||
	    socket->process != cut->snapshot->process)
		return;
	own = model_socket_own(cut->model, socket);
	if (own == NULL)
		return;
	own->bytes_sent = held->bytes_sent;
	own->bytes_received = held->bytes_received;
	own->sends = held->sends;
	own->receives = held->receives;
	own->longest_idle_ns = (uint64_t)held->longest_idle_ns;
	socket->last_io_ns = held->last_io_ns;
	socket->flags = held->flags;
}

static void objects_undo(const struct cut *cut)
{
	for (uint32_t i = 0; i < cut->model->objects_count; i++) {
		struct model_object *object = &cut->model->objects[i];

		if (object->parent != MODEL_NONE)
			object->parent = cut->objects[object->parent];
		time_undo(&object->constructed_ns, cut);
		if (object->overlap != 0 &&
		    is_later(cut->model->overlaps[object->overlap - 1].time_ns, cut))
			object->overlap = 0;
		if (object->end == 0 || !is_later(object->ended_ns, cut))
			continue;
		object->end = 0;
		object->ended_ns = TIME_NONE;
	}
}

/* The counters of open sockets in other processes are not those of this moment. */
static void sockets_undo(struct cut *cut)
{
	struct model *model = cut->model;
	bool is_mixed = false;

	for (uint32_t i = 0; i < model->sockets_count; i++) {
		socket_undo(&model->sockets[i], cut);
		is_mixed |= model->sockets[i].end == 0 &&
			    model->sockets[i].process != cut->snapshot->process;
	}
	for (uint32_t i = 0; i < model->helds_count; i++)
		held_apply(cut, &model->helds[i]);
	if (is_mixed)
		model_note_add(model, cut->snapshot->process, false,
			       "the snapshot counted its own process only: what others' open "
			       "sockets carried is told as of their end");
}

/* ---- which snapshot ---- */

/* NULL: none. Seconds have a point or an "s"; a number alone is a snapshot's. */
static const struct model_snapshot *snapshot_find(const struct model *model, const char *at)
{
	const struct model_snapshot *found = NULL;
	char *end;
	double number = strtod(at, &end);
	bool is_time = end != at && (strchr(at, '.') != NULL || strcmp(end, "s") == 0);

	if (end == at || (*end != '\0' && strcmp(end, "s") != 0) || !(number >= 0))
		return NULL;
	if (!is_time)
		return number >= 1 && number <= model->snapshots_count
			       ? &model->snapshots[(uint32_t)number - 1]
			       : NULL;
	for (uint32_t i = 0; i < model->snapshots_count; i++) {
		if ((double)model->snapshots[i].time_ns <= number * NS_PER_SECOND)
			found = &model->snapshots[i];
	}
	return found;
}

static void cut_run(struct cut *cut)
{
	processes_cut(cut);
	sockets_cut(cut);
	objects_cut(cut);
	links_cut(cut);
	events_cut(cut);
	connects_cut(cut);
	children_cut(cut);
	modules_cut(cut);
	sockets_undo(cut);
	remarks_cut(cut->model);
	objects_undo(cut);
	cut->model->ended_ns = cut->at_ns;
	cut->model->snapshots_count = (uint32_t)(cut->snapshot - cut->model->snapshots) + 1;
	cut->model->helds_count = 0;
}

enum status model_cut(struct model *model, const char *at, struct error *error)
{
	const struct model_snapshot *snapshot = snapshot_find(model, at);
	struct cut cut = {.model = model, .snapshot = snapshot};

	if (snapshot == NULL)
		return error_set(error, STATUS_NOT_FOUND, at, 0,
				 "is none of the %u snapshots of this trace",
				 model->snapshots_count);
	cut.at_ns = snapshot->time_ns;
	cut.sockets = malloc((model->sockets_count + 1u) * sizeof(*cut.sockets));
	cut.objects = malloc((model->objects_count + 1u) * sizeof(*cut.objects));
	if (cut.sockets != NULL && cut.objects != NULL)
		cut_run(&cut);
	else
		snapshot = NULL;
	free(cut.sockets);
	free(cut.objects);
	if (model_memory_is_exhausted(model->memory))
		snapshot = NULL;
	return snapshot != NULL ? STATUS_OK
				: error_set(error, STATUS_NO_MEMORY, at, 0, "out of memory");
}
