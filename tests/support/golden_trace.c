#include "golden_trace.h"

#include <errno.h>
#include <sys/socket.h>

#include "trace_builder.h"

#define GOLDEN_PID     4242
#define GOLDEN_STARTED UINT64_C(1000000000)
#define MS             UINT64_C(1000000)

static const char *const golden_arguments[] = {"python3", "app.py", "two words", "\xff\x1b[31m",
					       NULL};

static uint64_t at_ms(uint64_t ms)
{
	return GOLDEN_STARTED + ms * MS;
}

static void golden_stacks(struct trace_builder *builder)
{
	uint32_t code = trace_builder_code(builder, "/srv/app.py", "main", 3)->id;
	uint64_t frames[] = {TRACE_FRAME_MAKE(code, 5), 0x401136, 0x7f0000001234};

	trace_builder_module(builder, "/usr/bin/python3.11", 0x400000, 0x800000)->loaded_ns =
		at_ms(0);
	trace_builder_module(builder, "/lib/libc.so.6", 0x7f0000000000, 0x7f0000200000)
		->unloaded_ns = at_ms(700);
	trace_builder_stack(builder, frames, 3)->time_ns = at_ms(1);
	trace_builder_stack(builder, frames + 1, 2)->time_ns = at_ms(2);
}

/* A connection that the server closed first, owned by a pool in a session. */
static void golden_connection(struct trace_builder *builder)
{
	struct trace_connect *connect;
	struct trace_socket *socket = trace_builder_socket(builder, 5, at_ms(10));

	socket->cookie = 7001;
	socket->inode = 8001;
	socket->protocol = 6;
	socket->flags = TRACE_SOCKET_CLOEXEC | TRACE_SOCKET_CONNECTED | TRACE_SOCKET_TCP_INFO_READ;
	socket->opened_stack = 1;
	socket->opened_tid = GOLDEN_PID;
	socket->bytes_sent = 300;
	socket->bytes_received = 5000;
	socket->sends = 2;
	socket->receives = 4;
	socket->first_io_ns = at_ms(12);
	socket->last_io_ns = at_ms(120);
	socket->longest_idle_ns = 100 * MS;
	socket->peer_ended_ns = at_ms(150);
	socket->tcp_state = 8;
	socket->tcp_read_ns = at_ms(200);
	socket->tcp_last_ack_recv_ms = 60;
	socket->tcp_bytes_acked = 301;
	socket->tcp_bytes_received = 5001;
	socket->tcp_rtt_us = 80;
	socket->ended_stack = 2;
	socket->ended_tid = GOLDEN_PID;
	trace_builder_end(socket, TRACE_END_FINALIZED, at_ms(201));
	trace_builder_name(builder, "db.example", trace_builder_inet(127, 0, 0, 1, 0), at_ms(9))
		->duration_ns = 5 * MS;
	connect = trace_builder_connect(builder, socket->id, at_ms(10), at_ms(11));
	connect->stack = 1;
	connect->tid = GOLDEN_PID;
	trace_builder_object(builder, "requests.sessions.Session", at_ms(3))->constructed_ns =
		at_ms(4);
	trace_builder_object(builder, "urllib3.poolmanager.PoolManager", at_ms(3))->parent = 1;
	trace_builder_link(builder, socket->id, 1, TRACE_LINK_OWNER, 1)->time_ns = at_ms(10);
	trace_builder_link(builder, socket->id, 2, TRACE_LINK_OWNER, 0)->time_ns = at_ms(10);
}

/* A listener, and a UNIX socket whose connect was refused. */
static void golden_others(struct trace_builder *builder)
{
	struct trace_connect *connect;
	struct trace_socket *socket = trace_builder_socket(builder, 6, at_ms(20));

	socket->flags = TRACE_SOCKET_LISTENING;
	trace_builder_bound(builder, socket->id, trace_builder_inet(0, 0, 0, 0, 8080));
	trace_builder_event(builder, socket->id, TRACE_EVENT_LISTEN, at_ms(21))->value = 128;
	trace_builder_event(builder, socket->id, TRACE_EVENT_DUP, at_ms(22))->fd = 6;
	socket = trace_builder_socket(builder, 7, at_ms(30));
	socket->family = AF_UNIX;
	connect = trace_builder_add_text(builder, TRACE_CONNECT, sizeof(*connect), "\0abstract", 9);
	connect->socket = socket->id;
	connect->started_ns = at_ms(31);
	connect->finished_ns = at_ms(31);
	connect->error = ECONNREFUSED;
	connect->peer = (struct trace_address){.family = AF_UNIX, .scope_or_size = 9};
	trace_builder_end(socket, TRACE_END_CLOSED, at_ms(32));
}

/* A moment at which the connection had sent half of what it sent in the end. */
static void golden_snapshot(struct trace_builder *builder)
{
	struct trace_held *held = trace_builder_add(builder, TRACE_HELD, sizeof(*held));
	struct trace_snapshot *snapshot;

	held->snapshot = 1;
	held->socket = 1;
	held->bytes_sent = 150;
	held->sends = 1;
	held->last_io_ns = at_ms(12);
	held->fd_count = 1;
	held->flags = TRACE_SOCKET_CLOEXEC | TRACE_SOCKET_CONNECTED;
	snapshot = trace_builder_add(builder, TRACE_SNAPSHOT, sizeof(*snapshot));
	snapshot->id = 1;
	snapshot->reason = TRACE_SNAPSHOT_SIGNAL;
	snapshot->value = 12;
	snapshot->time_ns = at_ms(15);
	snapshot->held_count = 1;
	snapshot->tid = GOLDEN_PID;
}

static void golden_mark(struct trace_builder *builder)
{
	uint32_t name = trace_builder_string(builder, "test_orders")->id;
	struct trace_mark *mark = trace_builder_add(builder, TRACE_MARK, sizeof(*mark));

	mark->time_ns = at_ms(5);
	mark->what = TRACE_MARK_BEGIN;
	mark->name = name;
	mark->pid = GOLDEN_PID;
	mark->tid = GOLDEN_PID;
}

/* The session's second call came while another thread was in the first one. */
static void golden_overlap(struct trace_builder *builder)
{
	struct trace_overlap *overlap = trace_builder_add(builder, TRACE_OVERLAP, sizeof(*overlap));

	overlap->object = 1;
	overlap->stack = 1;
	overlap->time_ns = at_ms(110);
	overlap->tid = GOLDEN_PID + 7;
	overlap->other_tid = GOLDEN_PID;
}

void golden_trace_build(struct trace_builder *builder)
{
	struct trace_file_header *header;

	trace_builder_init(builder, GOLDEN_PID, GOLDEN_STARTED);
	header = trace_builder_header(builder);
	header->parent_pid = GOLDEN_PID - 1;
	trace_builder_process(builder, "/usr/bin/python3.11", "/srv", golden_arguments);
	golden_stacks(builder);
	golden_connection(builder);
	golden_others(builder);
	golden_snapshot(builder);
	golden_mark(builder);
	golden_overlap(builder);
	trace_builder_child(builder, GOLDEN_PID + 1, TRACE_CHILD_SPAWN, "/bin/true");
	trace_builder_exec(builder, "/bin/missing", at_ms(500))->error = ENOENT;
	trace_builder_note(builder, "io_uring is in use", 1);
	trace_builder_lost(builder, TRACE_LOST_NO_STACK, 3)->time_ns = at_ms(600);
	trace_builder_add(builder, 0, 24);      /* reserved, its writer was killed */
	trace_builder_add(builder, 0x7fff, 32); /* of a kind that is not yet invented */
	header->ended_ns = at_ms(1000);
	header->status = 3;
	header->end = TRACE_PROCESS_END_EXIT;
}

void golden_trace_build_run(struct trace_builder *builder)
{
	struct trace_run *run;

	trace_builder_init(builder, GOLDEN_PID - 1, GOLDEN_STARTED - 2 * MS);
	run = trace_builder_run(builder, GOLDEN_PID, GOLDEN_STARTED - MS, golden_arguments);
	run->ended_ns = at_ms(1002);
	run->status = 3;
	run->end = TRACE_PROCESS_END_EXIT;
}
