#include "matcher_objects.h"

#include <stdlib.h>
#include <string.h>

#include "matcher_group.h"
#include "model.h"

int64_t matcher_connect_ns(const struct model_socket *socket)
{
	return socket->connect_started_ns != TIME_NONE ? socket->connect_started_ns
						       : socket->created_ns;
}

/* Killed while its constructor ran: every other object of Python's that connects is past it. */
static bool is_unfinished(const struct model_object *object)
{
	return object->runtime == TRACE_RUNTIME_PYTHON && object->constructed_ns == TIME_NONE &&
	       object->end == 0 && (object->flags & TRACE_OBJECT_ADOPTED) == 0;
}

/* An object's connect happened in its constructor, unless that had ended before. */
static bool is_at_creation(const struct model_object *object, int64_t connect_ns)
{
	if (object->constructed_ns != TIME_NONE)
		return connect_ns <= object->constructed_ns;
	return connect_ns <= object->created_ns || is_unfinished(object);
}

/*
 * By process, the earliest moment known to lie in the interpreter's shutdown: an object's end is
 * "exit" only when Py_Finalize took it or it was alive to the last.
 */
static int64_t *shutdowns_new(const struct model *model)
{
	int64_t *shutdowns = calloc((size_t)model->processes_count + 1, sizeof *shutdowns);

	if (shutdowns == NULL)
		return NULL;
	for (uint32_t i = 0; i < model->processes_count; i++)
		shutdowns[i] = INT64_MAX;
	for (uint32_t i = 0; i < model->objects_count; i++) {
		const struct model_object *object = &model->objects[i];

		if (object->end == TRACE_OBJECT_END_EXIT && object->ended_ns != TIME_NONE &&
		    object->ended_ns < shutdowns[object->process])
			shutdowns[object->process] = object->ended_ns;
	}
	return shutdowns;
}

/*
 * aiohttp's connector has its event loop close what it had, so that its finalizer is not on the
 * stack. A session that is closed lets go of its connector, which is gone before it then
 * (ClientSession.close()); one that is dropped takes it along.
 */
#define CONNECTOR "aiohttp.connector."

static bool is_dropped_connector(const struct model *model, const struct model_object *connector)
{
	const struct model_object *session = connector->parent != MODEL_NONE
						     ? &model->objects[connector->parent]
						     : NULL;

	return session != NULL &&
	       strncmp(connector->class_name, CONNECTOR, strlen(CONNECTOR)) == 0 &&
	       session->ended_ns != TIME_NONE && connector->ended_ns != TIME_NONE &&
	       connector->end != TRACE_OBJECT_END_EXIT && session->ended_ns <= connector->ended_ns;
}

static bool is_closed_for_finalizer(const struct model *model, const struct model_socket *socket)
{
	for (uint32_t i = 0; i < socket->owner_count; i++) {
		uint32_t object = model->links[socket->first_owner + i].object;
		const struct model_object *owner = &model->objects[object];

		if (is_dropped_connector(model, owner))
			return socket->closed_ns >= owner->ended_ns;
	}
	return false;
}

static void sockets_mark_finalized(struct model *model)
{
	for (uint32_t i = 0; i < model->sockets_count; i++) {
		struct model_socket *socket = &model->sockets[i];

		if (socket->end == TRACE_END_CLOSED && is_closed_for_finalizer(model, socket))
			socket->end = TRACE_END_FINALIZED;
	}
}

static void sockets_mark_shut_down(struct model *model, const int64_t *shutdowns)
{
	for (uint32_t i = 0; i < model->sockets_count; i++) {
		struct model_socket *socket = &model->sockets[i];

		socket->is_shut_down = socket->end == TRACE_END_FINALIZED &&
				       ((socket->flags & TRACE_SOCKET_SHUT_DOWN) != 0 ||
					socket->closed_ns >= shutdowns[socket->process]);
	}
}

static void object_list_open(struct model *model, struct model_object *object, uint32_t *count)
{
	const uint32_t *opened = model->opened + object->first_opened;

	object->first_open_at_end = *count;
	for (uint32_t i = 0; i < object->opened_count; i++) {
		if (model_socket_is_open_at_end(&model->sockets[opened[i]]))
			model->open_at_end[(*count)++] = opened[i];
	}
	object->open_at_end_count = *count - object->first_open_at_end;
}

static const char *connects_word(const struct model *model, const struct model_object *object)
{
	const uint32_t *opened = model->opened + object->first_opened;

	if (object->opened_count == 0)
		return object->used_count == 0 ? "never" : "borrowed";
	if (is_at_creation(object, matcher_connect_ns(&model->sockets[opened[0]])))
		return "at-creation";
	return "on-first-use";
}

static bool made_pair(const void *context, uint32_t index, uint32_t *parent, uint32_t *object)
{
	const struct model *model = context;

	*parent = model->objects[index].parent;
	*object = index;
	return *parent != MODEL_NONE;
}

static bool objects_list_made(struct model *model)
{
	struct matcher_group made = {0};
	bool is_done = matcher_group_init(&made, model->objects_count, model->objects_count,
					  made_pair, model);

	for (uint32_t i = 0; is_done && i < model->objects_count; i++) {
		model->objects[i].first_made = made.firsts[i];
		model->objects[i].made_count = made.firsts[i + 1] - made.firsts[i];
	}
	free(made.firsts);
	model->made = made.values;
	return is_done;
}

bool matcher_objects(struct model *model)
{
	int64_t *shutdowns = shutdowns_new(model);
	uint32_t open_count = 0;

	if (shutdowns == NULL)
		return false;
	sockets_mark_finalized(model);
	sockets_mark_shut_down(model, shutdowns);
	for (uint32_t i = 0; i < model->objects_count; i++) {
		struct model_object *object = &model->objects[i];

		object_list_open(model, object, &open_count);
		object->connects = connects_word(model, object);
	}
	free(shutdowns);
	return objects_list_made(model);
}
