#include "generated_writer.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#define STEP_NS    (10 * GENERATED_US) /* from one socket's birth to the next one's */
#define USER_EVERY 4u                  /* sockets, of which one has an object that uses it */
#define NO_OBJECT  UINT32_MAX

static const uint16_t class_roles[GENERATED_CLASSES] = {TRACE_ROLE_SESSION, TRACE_ROLE_POOL,
							TRACE_ROLE_POOL, TRACE_ROLE_CONNECTION};

/* ---- numbers ---- */

/* The finalizer of splitmix64 (Steele, Lea and Flood, 2014): as good as random. */
static uint64_t mixed(uint64_t value)
{
	value += UINT64_C(0x9e3779b97f4a7c15);
	value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
	return value ^ value >> 31;
}

/* Each of 0 … count - 1 once: steps that can be undone within a power of two, again until inside.
 */
static uint32_t shuffled(uint32_t index, uint32_t count, uint32_t salt)
{
	unsigned int bits = 2;
	uint64_t mask, value = index;

	while ((UINT64_C(1) << bits) < count)
		bits++;
	mask = (UINT64_C(1) << bits) - 1;
	do {
		for (unsigned int round = 0; round < 3; round++) {
			value = (value * (mixed(salt + round) | 1) + salt) & mask;
			value ^= value >> (bits / 2);
		}
	} while (value >= count);
	return (uint32_t)value;
}

static uint32_t placed(const struct generated_writer *writer, uint32_t index, uint32_t salt)
{
	return writer->trace->is_random ? shuffled(index, writer->sockets, salt) : index;
}

/* ---- sockets ---- */

struct trace_address generated_peer(uint64_t chance)
{
	return (struct trace_address){.family = AF_INET,
				      .port = 5432,
				      .bytes = {10, 0, 0, (uint8_t)(1 + chance % GENERATED_PEERS)}};
}

static struct trace_address local_of(uint32_t index)
{
	return (struct trace_address){.family = AF_INET,
				      .port = (uint16_t)(32768 + index % 28000),
				      .bytes = {10, 0, 1, 1}};
}

uint64_t generated_created_ns(const struct generated_writer *writer, uint32_t index)
{
	return writer->started_ns + GENERATED_MS + index * STEP_NS;
}

/* What happens to a socket is drawn from this, so that every record about it agrees. */
static uint64_t chance_of(const struct generated_writer *writer, uint32_t index)
{
	return mixed((uint64_t)writer->process << 32 | index);
}

static bool is_refused(uint64_t chance)
{
	return chance % 100 < 3;
}

static bool is_peers_close(uint64_t chance)
{
	return chance % 100 >= 3 && chance % 100 < 8;
}

static bool is_left_open(uint64_t chance)
{
	return chance % 100 == 99;
}

static uint64_t closed_ns(const struct generated_writer *writer, uint32_t index, uint64_t chance)
{
	return generated_created_ns(writer, index) + 2 * GENERATED_MS +
	       chance % (200 * GENERATED_MS);
}

static void socket_fill_traffic(struct trace_socket *socket, uint64_t chance)
{
	socket->flags |= TRACE_SOCKET_CONNECTED;
	socket->sends = 1 + chance % 4;
	socket->receives = 1 + chance % 3;
	socket->bytes_sent = 100 + chance % 500;
	socket->bytes_received = 300 + chance % 9000;
	socket->first_io_ns = socket->created_ns + 200 * GENERATED_US;
	socket->last_io_ns = socket->created_ns + GENERATED_MS;
	socket->longest_idle_ns = 400 * GENERATED_US;
}

static void socket_fill_end(const struct generated_writer *writer, struct trace_socket *socket,
			    uint32_t index, uint64_t chance)
{
	socket->flags |= TRACE_SOCKET_TCP_INFO_READ;
	socket->tcp_state = is_peers_close(chance) ? TCP_CLOSE_WAIT : TCP_ESTABLISHED;
	socket->tcp_bytes_acked = socket->bytes_sent + 1;
	socket->tcp_bytes_received = socket->bytes_received;
	socket->tcp_read_ns = socket->ended_ns = closed_ns(writer, index, chance);
	socket->tcp_last_ack_recv_ms = 1;
	socket->ended_stack = 1 + GENERATED_STACKS / 2 +
			      (uint32_t)(chance >> 16) % (GENERATED_STACKS / 2);
	socket->ended_tid = GENERATED_FIRST_PID + writer->process;
	socket->end = chance % 100 < 12 ? TRACE_END_FINALIZED : TRACE_END_CLOSED;
	socket->fd_count = 0;
}

static void socket_write(struct generated_writer *writer, uint32_t index)
{
	uint64_t chance = chance_of(writer, index);
	struct trace_socket socket = {
		.id = index + 1,
		.fd = 3 + (int32_t)(index % 64),
		.cookie = ((uint64_t)writer->process << 32) + index + 1,
		.inode = 100000 + index,
		.created_ns = generated_created_ns(writer, index),
		.family = AF_INET,
		.type = SOCK_STREAM,
		.protocol = 6,
		.origin = TRACE_ORIGIN_CONNECT,
		.opened_stack = 1 + (uint32_t)(chance >> 32) % (GENERATED_STACKS / 2),
		.opened_tid = GENERATED_FIRST_PID + writer->process,
		.fd_count = 1,
	};

	if (!is_refused(chance))
		socket_fill_traffic(&socket, chance);
	if (!is_left_open(chance))
		socket_fill_end(writer, &socket, index, chance);
	generated_record(writer, TRACE_SOCKET, &socket, sizeof(socket), NULL, 0);
	writer->totals->sockets++;
	writer->totals->connections += !is_refused(chance);
	writer->totals->open_at_end += is_left_open(chance);
	writer->totals->bytes_sent += socket.bytes_sent;
	writer->totals->bytes_received += socket.bytes_received;
}

static void connect_write(struct generated_writer *writer, uint32_t index)
{
	uint64_t chance = chance_of(writer, index);
	struct trace_connect connect = {
		.socket = index + 1,
		.stack = 1 + (uint32_t)(chance >> 32) % (GENERATED_STACKS / 2),
		.started_ns = generated_created_ns(writer, index) + GENERATED_US,
		.finished_ns = generated_created_ns(writer, index) + GENERATED_US +
			       50 * GENERATED_US + chance % (100 * GENERATED_US),
		.tid = GENERATED_FIRST_PID + writer->process,
		.error = is_refused(chance) ? ECONNREFUSED : 0,
		.peer = generated_peer(chance >> 8),
		.local = local_of(index),
	};

	generated_record(writer, TRACE_CONNECT, &connect, sizeof(connect), NULL, 0);
}

/* ---- objects ---- */

static uint32_t object_of(const struct generated_writer *writer, uint32_t index)
{
	return writer->objects == 0
		       ? NO_OBJECT
		       : (uint32_t)((uint64_t)index * writer->objects / writer->sockets);
}

static void object_write(struct generated_writer *writer, uint32_t index)
{
	uint32_t place = index % GENERATED_CLASSES;
	uint32_t socket = (uint32_t)((uint64_t)index * writer->sockets / writer->objects);
	struct trace_object object = {
		.id = index + 1,
		.class_name = place + 1,
		.number = index / GENERATED_CLASSES + 1,
		.parent = place == 0 ? 0 : index,
		.address = 0x7f0000000000 + 64 * (uint64_t)index,
		.created_ns = generated_created_ns(writer, socket) - 2 * GENERATED_US,
		.constructed_ns = generated_created_ns(writer, socket) - GENERATED_US,
		.created_stack = 1 + index % (GENERATED_STACKS / 2),
		.created_tid = GENERATED_FIRST_PID + writer->process,
		.role = class_roles[place],
		.runtime = TRACE_RUNTIME_PYTHON,
		.ended_ns = generated_created_ns(writer, socket) + 900 * GENERATED_MS,
		.end = TRACE_OBJECT_END_REFCOUNT,
	};

	generated_record(writer, TRACE_OBJECT, &object, sizeof(object), NULL, 0);
}

static void link_write(struct generated_writer *writer, uint32_t index, uint32_t object,
		       enum trace_link_kind what)
{
	struct trace_link link = {
		.socket = index + 1,
		.object = object + 1,
		.time_ns = generated_created_ns(writer, index) +
			   (what == TRACE_LINK_USER ? GENERATED_MS : GENERATED_US),
		.what = (uint16_t)what,
		.match = TRACE_MATCH_STACK,
	};

	generated_record(writer, TRACE_LINK, &link, sizeof(link), NULL, 0);
	writer->totals->links++;
}

static void links_write(struct generated_writer *writer, uint32_t index)
{
	uint32_t owner = object_of(writer, index);

	if (owner == NO_OBJECT)
		return;
	link_write(writer, index, owner, TRACE_LINK_OWNER);
	if (index % USER_EVERY == 0 && owner + 1 < writer->objects)
		link_write(writer, index, owner + 1, TRACE_LINK_USER);
}

void generated_lives(struct generated_writer *writer)
{
	for (uint32_t i = 0; i < writer->objects; i++)
		object_write(writer, i);
	if (!writer->trace->is_random) {
		for (uint32_t i = 0; i < writer->sockets; i++) {
			socket_write(writer, i);
			connect_write(writer, i);
			links_write(writer, i);
		}
		return;
	}
	for (uint32_t i = 0; i < writer->sockets; i++)
		socket_write(writer, placed(writer, i, 1));
	for (uint32_t i = 0; i < writer->sockets; i++)
		connect_write(writer, placed(writer, i, 2));
	for (uint32_t i = 0; i < writer->sockets; i++)
		links_write(writer, placed(writer, i, 3));
}
