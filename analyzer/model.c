#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "model_loader.h"
#include "model_memory.h"

#define LIVE(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)

void model_init(struct model *model)
{
	memset(model, 0, sizeof(*model));
	model->ended_ns = TIME_NONE;
}

void model_release(struct model *model)
{
	void *const arrays[] = {
		model->processes,    model->sockets,  model->objects,
		model->links,        model->events,   model->connects,
		model->modules,      model->stacks,   model->codes,
		model->places,       model->children, model->notes,
		model->losses,       model->opened,   model->used,
		model->open_at_end,  model->made,     model->snapshots,
		model->helds,        model->marks,    model->socket_marks,
		model->mark_sockets, model->overlaps, (void *)model->class_names,
	};

	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
		free(arrays[i]);
	model_memory_free(model->memory);
	model_init(model);
}

/* The first row of a socket, or of one behind it; model.connects_count: none. */
static uint32_t connect_find(const struct model *model, uint32_t socket)
{
	uint32_t low = 0, high = model->connects_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (model->connects[middle].socket < socket)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t model_socket_connects(const struct model *model, uint32_t socket,
			       struct model_connect *only, const struct model_connect **connects)
{
	const struct model_socket *row = &model->sockets[socket];
	uint32_t first = connect_find(model, socket);

	if (first < model->connects_count && model->connects[first].socket == socket) {
		*connects = &model->connects[first];
		return row->connect_count;
	}
	*only = (struct model_connect){
		.socket = socket,
		.started_ns = row->connect_started_ns,
		.finished_ns = row->connected_ns,
		.error = row->connect_error,
		.peer = row->peer,
		.local = row->local,
		.stack = row->connect_stack,
	};
	*connects = only;
	return row->connect_count;
}

int64_t model_socket_longest_idle_ns(const struct model_socket *socket)
{
	return model_duration(LIVE(socket->record->longest_idle_ns));
}

int64_t model_socket_first_io_ns(const struct model *model, const struct model_socket *socket)
{
	return model_time(model, LIVE(socket->record->first_io_ns));
}

int64_t model_socket_stale_io_ns(const struct model *model, const struct model_socket *socket)
{
	return model_time(model, LIVE(socket->record->stale_io_ns));
}

struct trace_socket *model_socket_own(struct model *model, struct model_socket *socket)
{
	struct trace_socket *own = model_memory_take(model->memory, sizeof(*own));

	if (own == NULL)
		return NULL;
	*own = *socket->record;
	socket->record = own;
	return own;
}

bool model_socket_is_open_at_end(const struct model_socket *socket)
{
	return socket->end == 0 || socket->end == TRACE_END_EXIT || socket->is_shut_down;
}
