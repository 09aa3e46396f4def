#include "socket_facts.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "words.h"

/* How long before a close a send is the goodbye of a protocol, as PostgreSQL and MySQL have it. */
#define GOODBYE_NS INT64_C(20000000)

int64_t time_between(int64_t from_ns, int64_t to_ns)
{
	int64_t duration_ns;

	if (from_ns == TIME_NONE || to_ns == TIME_NONE ||
	    __builtin_sub_overflow(to_ns, from_ns, &duration_ns) || duration_ns < 0)
		return TIME_NONE;
	return duration_ns;
}

static char *number_put(char *at, unsigned int number)
{
	char digits[10];
	size_t count = 0;

	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	while (count != 0)
		*at++ = digits[--count];
	return at;
}

/* Without printf: reports have millions of them. */
static void inet4_fill(const struct model_address *address, struct address_text *text)
{
	char *at = text->bytes;

	for (size_t i = 0; i < sizeof address->inet; i++) {
		at = number_put(at, address->inet[i]);
		*at++ = i < 3 ? '.' : ':';
	}
	at = number_put(at, address->port);
	*at = '\0';
	text->size_bytes = (size_t)(at - text->bytes);
}

static void inet6_fill(const struct model *model, const struct model_address *address,
		       struct address_text *text)
{
	uint32_t scope_id = model_address_scope(model, address);
	char host[INET6_ADDRSTRLEN] = "";
	uint8_t bytes[16];
	int length;

	model_address_bytes(model, address, bytes);
	inet_ntop(AF_INET6, bytes, host, sizeof host);
	if (scope_id != 0)
		length = snprintf(text->bytes, sizeof text->bytes, "[%s%%%u]:%u", host, scope_id,
				  address->port);
	else
		length = snprintf(text->bytes, sizeof text->bytes, "[%s]:%u", host, address->port);
	text->size_bytes = (size_t)length;
}

/* An abstract name starts with a NUL; programs often pass a whole sun_path of them behind it. */
static bool unix_fill(const struct model *model, const struct model_address *address,
		      struct address_text *text)
{
	static const char prefix[] = "unix:";
	size_t size, room = sizeof text->bytes - sizeof prefix;
	const char *from = model_address_path(model, address, &size);
	char *path = text->bytes + sizeof prefix - 1;

	if (size == 0)
		return false; /* unnamed: unix(7) */
	if (size > room)
		size = room;
	while (size > 0 && from[size - 1] == '\0')
		size--;
	memcpy(text->bytes, prefix, sizeof prefix);
	if (size != 0)
		memcpy(path, from, size);
	if (size != 0 && path[0] == '\0')
		path[0] = '@';
	path[size] = '\0';
	text->size_bytes = sizeof prefix - 1 + size;
	return true;
}

bool address_text_fill(const struct model *model, const struct model_address *address,
		       struct address_text *text)
{
	text->bytes[0] = '\0';
	text->size_bytes = 0;
	switch (address->family) {
	case AF_INET:
		inet4_fill(address, text);
		return true;
	case AF_INET6:
		inet6_fill(model, address, text);
		return true;
	case AF_UNIX:
		return unix_fill(model, address, text);
	default:
		return false;
	}
}

bool socket_has_peer_name(const struct model_socket *socket)
{
	const char *name = socket->peer_name;
	char bare[INET6_ADDRSTRLEN];
	struct in6_addr address;
	size_t size = name != NULL ? strcspn(name, "%") : 0;

	if (name == NULL || size >= sizeof bare)
		return name != NULL;
	memcpy(bare, name, size);
	bare[size] = '\0';
	return inet_pton(AF_INET, bare, &address) != 1 && inet_pton(AF_INET6, bare, &address) != 1;
}

bool socket_is_pair(const struct model_socket *socket)
{
	return socket->origin == TRACE_ORIGIN_SOCKETPAIR || socket->is_pair;
}

bool socket_is_connection(const struct model_socket *socket)
{
	bool was_connected = socket->connected_ns != TIME_NONE ||
			     (socket->flags & TRACE_SOCKET_CONNECTED) != 0;

	return socket->type == SOCK_STREAM && !socket_is_pair(socket) && was_connected;
}

bool socket_is_left_open(const struct model_socket *socket)
{
	return socket->end == 0 || socket->end == TRACE_END_EXIT;
}

/*
 * A FIN may seem to come before its cause: by the kernel's tick, and because a thread that has sent
 * is dated when it runs again, which on a busy machine is after the peer has answered.
 */
bool socket_is_goodbye(const struct model_socket *socket)
{
	int64_t last_ns = socket->last_io_ns, peer_ns = socket->peer_closed_ns;
	int64_t held_ns = time_between(last_ns > peer_ns ? last_ns : peer_ns, socket->closed_ns);

	return last_ns != TIME_NONE && peer_ns != TIME_NONE && held_ns != TIME_NONE &&
	       held_ns <= GOODBYE_NS && peer_ns - last_ns <= GOODBYE_NS &&
	       last_ns - peer_ns <= GOODBYE_NS;
}

enum socket_closer socket_first_closer(const struct model_socket *socket)
{
	bool is_raced = socket_is_goodbye(socket) && !socket->is_end_seen &&
			!socket_is_left_open(socket);
	bool peer_closed = socket->peer_closed_ns != TIME_NONE && !is_raced;

	if (!socket_is_connection(socket))
		return SOCKET_CLOSER_NONE;
	if (socket->is_shut_first)
		return SOCKET_CLOSER_US;
	if (peer_closed &&
	    (socket->closed_ns == TIME_NONE || socket->peer_closed_ns <= socket->closed_ns))
		return SOCKET_CLOSER_PEER;
	if (socket->end == TRACE_END_PASSED || socket_is_left_open(socket))
		return SOCKET_CLOSER_NONE;
	return SOCKET_CLOSER_US;
}

const char *socket_tcp_state(const struct model_socket *socket)
{
	return socket->tcp_state != 0 ? words_tcp_state(socket->tcp_state) : NULL;
}

int64_t socket_ended_ns(const struct model *model, const struct model_socket *socket)
{
	const struct model_process *process = &model->processes[socket->process];

	if (socket->closed_ns != TIME_NONE)
		return socket->closed_ns;
	return process->ended_ns != TIME_NONE ? process->ended_ns : model->ended_ns;
}

int64_t socket_idle_ns(const struct model *model, const struct model_socket *socket)
{
	int64_t silence_ns = time_between(socket->last_io_ns, socket_ended_ns(model, socket));
	int64_t longest_ns;

	if (socket->last_io_ns == TIME_NONE)
		return TIME_NONE;
	longest_ns = model_socket_longest_idle_ns(socket);
	return silence_ns > longest_ns ? silence_ns : longest_ns;
}

/* Such a row tells of a connect that another process made, or another program in this one. */
static bool came_connected(const struct model_socket *socket)
{
	return (socket->origin == TRACE_ORIGIN_INHERITED ||
		socket->origin == TRACE_ORIGIN_RECEIVED ||
		socket->origin == TRACE_ORIGIN_ADOPTED) &&
	       socket->connect_started_ns != TIME_NONE &&
	       socket->connect_started_ns <= socket->created_ns;
}

int64_t socket_connect_started_ns(const struct model_socket *socket)
{
	return came_connected(socket) ? TIME_NONE : socket->connect_started_ns;
}

int64_t socket_connected_ns(const struct model_socket *socket)
{
	bool is_earlier = came_connected(socket) && socket->connected_ns < socket->created_ns;

	return is_earlier && socket->connected_ns != TIME_NONE ? socket->created_ns
							       : socket->connected_ns;
}

int64_t socket_latency_ns(const struct model_socket *socket)
{
	return time_between(socket_connect_started_ns(socket), socket->connected_ns);
}

uint32_t socket_opened_stack(const struct model_socket *socket)
{
	return socket->opened_stack != MODEL_NONE ? socket->opened_stack : socket->connect_stack;
}
