/* The part of trace_builder.h that is about sockets and objects. */
#include "trace_builder.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

struct trace_address trace_builder_inet(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port)
{
	struct trace_address address = {.family = AF_INET, .port = port, .bytes = {a, b, c, d}};

	return address;
}

struct trace_socket *trace_builder_socket(struct trace_builder *builder, int fd,
					  uint64_t created_ns)
{
	struct trace_socket *socket = trace_builder_add(builder, TRACE_SOCKET, sizeof(*socket));

	socket->id = ++builder->ids[TRACE_SOCKET];
	socket->fd = fd;
	socket->created_ns = created_ns;
	socket->family = AF_INET;
	socket->type = SOCK_STREAM;
	socket->origin = TRACE_ORIGIN_CONNECT;
	socket->fd_count = 1;
	return socket;
}

struct trace_connect *trace_builder_connect(struct trace_builder *builder, uint32_t socket,
					    uint64_t started_ns, uint64_t finished_ns)
{
	struct trace_connect *connect = trace_builder_add(builder, TRACE_CONNECT, sizeof(*connect));

	connect->socket = socket;
	connect->started_ns = started_ns;
	connect->finished_ns = finished_ns;
	connect->error = finished_ns == 0 ? EINPROGRESS : 0;
	connect->peer = trace_builder_inet(127, 0, 0, 1, 5432);
	if (finished_ns != 0)
		connect->local = trace_builder_inet(127, 0, 0, 1, 40000);
	return connect;
}

struct trace_socket_address *trace_builder_bound(struct trace_builder *builder, uint32_t socket,
						 struct trace_address address)
{
	struct trace_socket_address *bound = trace_builder_add(builder, TRACE_ADDRESS,
							       sizeof(*bound));

	bound->socket = socket;
	bound->is_local = 1;
	bound->address = address;
	return bound;
}

struct trace_event *trace_builder_event(struct trace_builder *builder, uint32_t socket,
					enum trace_event_kind what, uint64_t time_ns)
{
	struct trace_event *event = trace_builder_add(builder, TRACE_EVENT, sizeof(*event));

	event->socket = socket;
	event->what = what;
	event->time_ns = time_ns;
	return event;
}

void trace_builder_end(struct trace_socket *socket, enum trace_end end, uint64_t ended_ns)
{
	socket->ended_ns = ended_ns;
	socket->end = (uint16_t)end;
}

struct trace_object *trace_builder_object(struct trace_builder *builder, const char *class_name,
					  uint64_t created_ns)
{
	uint32_t class_id = trace_builder_string(builder, class_name)->id;
	struct trace_object *object = trace_builder_add(builder, TRACE_OBJECT, sizeof(*object));

	object->id = ++builder->ids[TRACE_OBJECT];
	object->class_name = class_id;
	object->number = object->id;
	object->created_ns = created_ns;
	object->constructed_ns = created_ns + 10;
	object->role = TRACE_ROLE_SESSION;
	object->runtime = TRACE_RUNTIME_PYTHON;
	return object;
}

struct trace_link *trace_builder_link(struct trace_builder *builder, uint32_t socket,
				      uint32_t object, enum trace_link_kind what, uint32_t rank)
{
	struct trace_link *link = trace_builder_add(builder, TRACE_LINK, sizeof(*link));

	link->socket = socket;
	link->object = object;
	link->what = (uint16_t)what;
	link->match = TRACE_MATCH_STACK;
	link->rank = rank;
	return link;
}
