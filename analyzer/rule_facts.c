#include "rule_facts.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "model.h"
#include "object_facts.h"
#include "rule_scene.h"
#include "selection.h"
#include "socket_facts.h"
#include "verdict_facts.h"

/* A send so close before the close is a goodbye, as of PostgreSQL, MySQL and TLS. */
#define GOODBYE_NS INT64_C(20000000)

bool rule_is_own_descriptor(const struct model *model, uint32_t socket)
{
	const struct model_socket *row = &model->sockets[socket];

	return (row->origin == TRACE_ORIGIN_CONNECT || row->origin == TRACE_ORIGIN_ACCEPT) &&
	       (row->family == AF_INET || row->family == AF_INET6 || row->family == AF_UNIX) &&
	       (row->type == SOCK_STREAM || row->type == SOCK_SEQPACKET ||
		row->type == SOCK_DGRAM) &&
	       (row->flags & (TRACE_SOCKET_BRACKETED | TRACE_SOCKET_STDIO)) == 0;
}

bool rule_is_own_socket(const struct model *model, uint32_t socket)
{
	const struct model_socket *row = &model->sockets[socket];

	return (row->origin == TRACE_ORIGIN_CONNECT || row->origin == TRACE_ORIGIN_ACCEPT) &&
	       !selection_is_noise(model, socket);
}

bool rule_is_own_connection(const struct model *model, uint32_t socket)
{
	return rule_is_own_socket(model, socket) && socket_is_connection(&model->sockets[socket]);
}

bool rule_is_client_connection(const struct model *model, uint32_t socket)
{
	return model->sockets[socket].origin == TRACE_ORIGIN_CONNECT &&
	       rule_is_own_connection(model, socket);
}

bool rule_process_is_done(const struct model_process *process)
{
	return process->end == TRACE_PROCESS_END_EXIT && !process->is_live;
}

/* Our FIN is out, or nothing is left of the connection: there is nothing more to close. */
static bool is_closing(const struct model_socket *socket)
{
	switch (socket->tcp_state) {
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
	case TCP_CLOSING:
	case TCP_LAST_ACK:
	case TCP_TIME_WAIT:
	case TCP_CLOSE:
		return true;
	default:
		return (socket->flags & TRACE_SOCKET_SHUT_WRITE) != 0;
	}
}

bool rule_is_descriptor_left(const struct model *model, uint32_t socket)
{
	const struct model_socket *row = &model->sockets[socket];

	return row->end == TRACE_END_EXIT && (row->flags & TRACE_SOCKET_PASSED) == 0 &&
	       rule_process_is_done(&model->processes[row->process]);
}

bool rule_is_left_open(const struct model *model, uint32_t socket)
{
	return rule_is_descriptor_left(model, socket) && !is_closing(&model->sockets[socket]);
}

static unsigned int kinds_of_end(const struct model_socket *row)
{
	unsigned int kinds = 0;

	if (row->is_shut_down)
		kinds |= RULE_KIND_SHUT_DOWN;
	else if (row->end == TRACE_END_FINALIZED)
		kinds |= RULE_KIND_FINALIZED;
	if (row->peer_closed_ns != TIME_NONE)
		kinds |= RULE_KIND_PEER_CLOSED;
	if (row->is_stale_used || row->error == EPIPE)
		kinds |= RULE_KIND_STALE;
	return kinds;
}

/* What a login, one question and a goodbye take in sends; HTTP needs one, over TLS four. */
#define EXCHANGE_SENDS_MAX 8

static bool is_one_exchange(const struct model_socket *row, uint64_t sends, uint64_t receives)
{
	return sends != 0 && sends <= EXCHANGE_SENDS_MAX && receives != 0 &&
	       (row->end == TRACE_END_CLOSED || row->end == TRACE_END_FINALIZED) &&
	       !row->is_end_seen && row->error == 0;
}

/* A FIN that comes so soon after the answer belongs to it; a timeout takes longer. */
#define RACED_SILENCE_NS INT64_C(20000000)
/* And so long a busy machine may let us wait before we close. */
#define RACED_HELD_NS INT64_C(100000000)

/*
 * The server closed as soon as it had answered, and we a moment later without having looked: which
 * came first was the scheduler's choice.
 */
static bool is_raced(const struct model_socket *row)
{
	int64_t silence_ns = time_between(row->last_io_ns, row->peer_closed_ns);

	return silence_ns <= RACED_SILENCE_NS &&
	       time_between(row->peer_closed_ns, row->closed_ns) <= RACED_HELD_NS;
}

static unsigned int kinds_of_traffic(const struct model_socket *row)
{
	uint64_t sends = model_socket_sends(row), receives = model_socket_receives(row);
	unsigned int kinds = 0;

	if (sends == 0 && receives == 0)
		kinds |= RULE_KIND_SILENT;
	if (is_one_exchange(row, sends, receives))
		kinds |= RULE_KIND_ONE_EXCHANGE;
	if (verdict_is_server_closed(row))
		kinds |= RULE_KIND_SERVER_CLOSED;
	if (is_raced(row))
		kinds |= RULE_KIND_RACED;
	return kinds;
}

static unsigned int kinds_of_start(const struct rule_scene *scene, const struct model_socket *row)
{
	int64_t latency_ns = socket_latency_ns(row);
	unsigned int kinds = 0;

	if (row->owner_count != 0)
		kinds |= RULE_KIND_OWNED;
	if (row->connect_error != 0)
		kinds |= RULE_KIND_FAILED;
	if (latency_ns != TIME_NONE && latency_ns > scene->settings->slow_connect_ns)
		kinds |= RULE_KIND_SLOW;
	return kinds;
}

uint16_t rule_kinds(const struct rule_scene *scene, uint32_t socket)
{
	const struct model_socket *row = &scene->model->sockets[socket];
	unsigned int kinds = kinds_of_start(scene, row) | kinds_of_end(row) | kinds_of_traffic(row);

	if (rule_is_descriptor_left(scene->model, socket))
		kinds |= RULE_KIND_DESCRIPTOR_LEFT;
	if (rule_is_left_open(scene->model, socket))
		kinds |= RULE_KIND_LEFT_OPEN;
	if (!rule_is_own_socket(scene->model, socket))
		return (uint16_t)kinds;
	kinds |= RULE_KIND_OWN;
	if (socket_is_connection(row))
		kinds |= RULE_KIND_CONNECTION |
			 (row->origin == TRACE_ORIGIN_CONNECT ? RULE_KIND_CLIENT : 0u);
	return (uint16_t)kinds;
}

uint32_t rule_next(const struct rule_scene *scene, unsigned int kinds, uint32_t from)
{
	while (from < scene->model->sockets_count && (scene->kinds[from] & kinds) != kinds)
		from++;
	return from;
}

bool rule_is_in_other_process(const struct rule_scene *scene, uint32_t socket)
{
	const struct model_socket *sockets = scene->model->sockets;
	uint32_t low = 0, high = scene->shared_count;
	uint64_t cookie = high != 0 ? model_socket_cookie(&sockets[socket]) : 0;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (model_socket_cookie(&sockets[scene->shared_sockets[middle]]) < cookie)
			low = middle + 1;
		else
			high = middle;
	}
	return low < scene->shared_count &&
	       model_socket_cookie(&sockets[scene->shared_sockets[low]]) == cookie;
}

int64_t rule_silent_since_ns(const struct model_socket *socket)
{
	int64_t held_ns = time_between(socket->last_io_ns, socket->closed_ns);
	bool is_closed = socket->end != 0 && socket->end != TRACE_END_EXIT;

	if (socket->last_io_ns == TIME_NONE)
		return socket->connected_ns != TIME_NONE ? socket->connected_ns
							 : socket->created_ns;
	if (is_closed && held_ns != TIME_NONE && held_ns <= GOODBYE_NS)
		return socket->last_io_ns - model_socket_longest_idle_ns(socket);
	return socket->last_io_ns;
}

static int64_t links_gone_ns(const struct model *model, const struct model_link *links,
			     uint32_t count)
{
	int64_t latest_ns = TIME_NONE;

	for (uint32_t i = 0; i < count; i++) {
		int64_t gone_ns = object_gone_ns(&model->objects[links[i].object]);

		if (gone_ns > latest_ns)
			latest_ns = gone_ns;
	}
	return latest_ns;
}

int64_t rule_holders_gone_ns(const struct model *model, const struct model_socket *socket)
{
	int64_t owners_ns = links_gone_ns(model, model->links + socket->first_owner,
					  socket->owner_count);
	int64_t users_ns = links_gone_ns(model, model_socket_users(model, socket),
					 socket->user_count);

	return owners_ns > users_ns ? owners_ns : users_ns;
}

static const struct model_object *owner_of(const struct model *model,
					   const struct model_socket *socket, uint32_t place)
{
	return &model->objects[model->links[socket->first_owner + place].object];
}

static bool has_owners_of(const struct model *model, const struct model_socket *socket,
			  uint32_t runtime)
{
	for (uint32_t i = 0; i < socket->owner_count; i++) {
		if (owner_of(model, socket, i)->runtime != runtime)
			return false;
	}
	return socket->owner_count != 0;
}

bool rule_has_python_owners(const struct model *model, const struct model_socket *socket)
{
	return has_owners_of(model, socket, TRACE_RUNTIME_PYTHON) && socket->match != 0 &&
	       socket->match <= TRACE_MATCH_FD;
}

bool rule_has_c_owners(const struct model *model, const struct model_socket *socket)
{
	return has_owners_of(model, socket, TRACE_RUNTIME_C);
}

bool rule_has_live_python_holder(const struct model *model, const struct model_socket *socket)
{
	for (uint32_t i = 0; i < socket->owner_count; i++) {
		const struct model_object *owner = owner_of(model, socket, i);

		if (owner->runtime == TRACE_RUNTIME_PYTHON && object_gone_ns(owner) == INT64_MAX)
			return true;
	}
	return socket->user_count != 0 && rule_holders_gone_ns(model, socket) == INT64_MAX;
}

#define HANDING_OVER "http.client.HTTP"

/* A response to be read until the end of file keeps the socket alone (Lib/http/client.py,
 * HTTPConnection.getresponse). */
bool rule_is_handed_over(const struct model *model, const struct model_socket *socket)
{
	for (uint32_t i = 0; i < socket->owner_count; i++) {
		if (strncmp(owner_of(model, socket, i)->class_name, HANDING_OVER,
			    strlen(HANDING_OVER)) != 0)
			return false;
	}
	return true;
}

bool rule_is_pooled(const struct model *model, const struct model_socket *socket)
{
	int64_t end_ns = socket_ended_ns(model, socket);

	for (uint32_t i = 0; i < socket->owner_count; i++) {
		const struct model_object *owner = owner_of(model, socket, i);

		if (owner->role == TRACE_ROLE_POOL && object_gone_ns(owner) >= end_ns)
			return true;
	}
	return false;
}
