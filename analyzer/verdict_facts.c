#include "verdict_facts.h"

#include "model.h"
#include "object_facts.h"
#include "socket_facts.h"

/* Untrusted traces can nest objects without end; nobody reads of the sixteenth generation. */
#define GENERATIONS_MAX 16

/* How far back to look for connections that are still open: keeps the count linear. */
#define AT_ONCE_MAX 256

bool verdict_is_server_closed(const struct model_socket *socket)
{
	return socket_first_closer(socket) == SOCKET_CLOSER_PEER && !socket_is_goodbye(socket);
}

static void server_close_count(struct verdict_facts *facts, const struct model_socket *socket)
{
	int64_t idle_ns = time_between(socket->last_io_ns, socket->peer_closed_ns);

	facts->server_closed++;
	if (socket->last_io_ns == TIME_NONE)
		idle_ns = time_between(socket->connected_ns, socket->peer_closed_ns);
	if (facts->server_idle_ns == TIME_NONE ||
	    (idle_ns != TIME_NONE && idle_ns < facts->server_idle_ns))
		facts->server_idle_ns = idle_ns;
}

/* Sockets come in the order of their connects. */
static bool is_reconnect(const struct model *model, const uint32_t *opened, uint32_t place)
{
	const struct model_socket *earlier = place != 0 ? &model->sockets[opened[place - 1]] : NULL;

	return earlier != NULL && verdict_is_server_closed(earlier) &&
	       earlier->peer_closed_ns <= model->sockets[opened[place]].connect_started_ns;
}

/* Open at the moment when the one at `place` was connected. */
static uint32_t open_at(const struct model *model, const uint32_t *opened, uint32_t place)
{
	int64_t moment_ns = model->sockets[opened[place]].created_ns;
	uint32_t count = 1;

	for (uint32_t i = place > AT_ONCE_MAX ? place - AT_ONCE_MAX : 0; i < place; i++) {
		const struct model_socket *earlier = &model->sockets[opened[i]];

		count += socket_is_connection(earlier) &&
			 (earlier->closed_ns == TIME_NONE || earlier->closed_ns > moment_ns);
	}
	return count;
}

static int64_t ended_order(const struct model_socket *socket)
{
	return socket->closed_ns == TIME_NONE ? INT64_MAX : socket->closed_ns;
}

static void connection_count(struct verdict_facts *facts, const struct model *model,
			     const uint32_t *opened, uint32_t place)
{
	const struct model_socket *socket = &model->sockets[opened[place]];
	uint32_t at_once = open_at(model, opened, place);

	facts->connections++;
	facts->is_shared |= socket->user_count != 0;
	if (verdict_is_server_closed(socket))
		server_close_count(facts, socket);
	facts->reconnected += is_reconnect(model, opened, place);
	if (at_once > facts->most_at_once)
		facts->most_at_once = at_once;
	if (facts->last == MODEL_NONE ||
	    ended_order(socket) >= ended_order(&model->sockets[facts->last]))
		facts->last = opened[place];
}

void verdict_facts_fill(struct verdict_facts *facts, const struct model *model, uint32_t object)
{
	const struct model_object *row = &model->objects[object];
	const uint32_t *opened = model->opened + row->first_opened;

	*facts = (struct verdict_facts){.first_connected_ns = TIME_NONE,
					.server_idle_ns = TIME_NONE,
					.open_at_end = row->open_at_end_count,
					.last = MODEL_NONE};
	for (uint32_t i = 0; i < row->opened_count; i++) {
		const struct model_socket *socket = &model->sockets[opened[i]];

		if (socket->connect_error != 0 && socket->connected_ns == TIME_NONE) {
			facts->failures++;
			facts->error = socket->connect_error;
		}
		if (!socket_is_connection(socket))
			continue;
		if (facts->connections == 0)
			facts->first_connected_ns = time_between(row->created_ns,
								 socket->connected_ns);
		connection_count(facts, model, opened, i);
	}
}

uint64_t verdict_sends(const struct model *model, uint32_t object, bool is_enough)
{
	const struct model_object *row = &model->objects[object];
	const uint32_t *opened = model->opened + row->first_opened;
	uint64_t sends = 0;

	for (uint32_t i = 0; i < row->opened_count && (sends == 0 || !is_enough); i++) {
		if (socket_is_connection(&model->sockets[opened[i]]))
			sends += model_socket_sends(&model->sockets[opened[i]]);
	}
	return sends;
}

static void made_count(struct verdict_made *made, const struct model *model, uint32_t object,
		       unsigned int generation)
{
	const struct model_object *parent = &model->objects[object];

	for (uint32_t i = 0; i < parent->made_count; i++) {
		uint32_t index = model->made[parent->first_made + i];
		const struct model_object *child = &model->objects[index];

		made->sessions += child->role == TRACE_ROLE_SESSION;
		made->clients += child->role == TRACE_ROLE_CLIENT;
		made->engines += child->role == TRACE_ROLE_ENGINE;
		made->plumbing += object_is_plumbing(child);
		if (made->opener == MODEL_NONE && child->opened_count != 0)
			made->opener = index;
		if (generation < GENERATIONS_MAX && index > object)
			made_count(made, model, index, generation + 1);
	}
}

void verdict_made_count(struct verdict_made *made, const struct model *model, uint32_t object)
{
	*made = (struct verdict_made){.opener = MODEL_NONE};
	made_count(made, model, object, 1);
}
