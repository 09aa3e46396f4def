#include "model_loader.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "words.h"

/* The largest number that fits model_socket.tcp_state, and no state of Linux. */
#define TCP_STATE_OTHER 15u

#define LIVE(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)

void model_fill_address(struct model_loader *loader, struct model_file *file,
			const struct trace_socket_address *record)
{
	struct model *model = loader->model;
	uint32_t row = model_file_row(file, MODEL_ID_SOCKET, record->socket);
	size_t size_bytes;
	const char *text = reader_text(&record->record, &size_bytes);
	struct model_address address = model_address_read(model, &record->address, &text,
							  &size_bytes);

	if (row == MODEL_NONE)
		return;
	if (record->is_local != 0)
		model->sockets[row].local = address;
	else
		model->sockets[row].peer = address;
}

void model_fill_event(struct model_loader *loader, struct model_file *file,
		      const struct trace_event *record)
{
	struct model *model = loader->model;
	uint32_t socket = model_file_row(file, MODEL_ID_SOCKET, record->socket);
	struct model_event *row = &model->events[model->events_count];

	if (socket == MODEL_NONE || model->events_count == file->event_limit)
		return;
	model->events_count++;
	row->socket = socket;
	row->what = (enum trace_event_kind)record->what;
	row->time_ns = model_time(model, record->time_ns);
	row->fd = record->fd;
	row->value = record->value;
	row->tid = record->tid;
	row->stack = model_file_row(file, MODEL_ID_STACK, record->stack);
}

static struct model_connect connect_read(struct model_loader *loader, struct model_file *file,
					 uint32_t socket, const struct trace_connect *record)
{
	struct model *model = loader->model;
	uint64_t finished = __atomic_load_n(&record->finished_ns, __ATOMIC_ACQUIRE);
	size_t size_bytes;
	const char *text = reader_text(&record->record, &size_bytes);
	struct model_connect row = {
		.socket = socket,
		.started_ns = model_time(model, record->started_ns),
		.finished_ns = model_time(model, finished),
		.error = LIVE(record->error),
		.peer = model_address_read(model, &record->peer, &text, &size_bytes),
		.stack = model_file_row(file, MODEL_ID_STACK, record->stack),
	};

	if (finished != 0)
		row.local = model_address_read(model, &record->local, &text, &size_bytes);
	return row;
}

/* The last attempt decides; asking again about one that is under way is no attempt (connect(2)). */
static void socket_connect(struct model_socket *socket, const struct model_connect *row)
{
	bool is_pending = socket->connect_error == EINPROGRESS;

	if (is_pending && row->error == EALREADY)
		return;
	if (socket->connect_started_ns != TIME_NONE && row->error == EISCONN) {
		if (is_pending) {
			socket->connected_ns = row->finished_ns;
			socket->connect_error = 0;
		}
		return;
	}
	socket->connect_started_ns = row->started_ns;
	socket->connect_stack = row->stack;
	socket->peer = row->peer;
	/* Of a UNIX client that was bound an ADDRESS record has told; here its path is left out. */
	if (row->local.family != 0 &&
	    (row->local.family != AF_UNIX || row->local.place != MODEL_NONE))
		socket->local = row->local;
	socket->connected_ns = row->error == 0 ? row->finished_ns : TIME_NONE;
	socket->connect_error = row->error;
	if (row->error == 0 && row->finished_ns == TIME_NONE)
		socket->connect_error = EINPROGRESS;
}

/* A connect whose outcome no call has told: what the kernel said at the end, or traffic, tells. */
static void pending_decide(const struct model *model, struct model_socket *socket,
			   const struct trace_socket *record)
{
	bool has_moved = model_socket_bytes_sent(socket) != 0 ||
			 model_socket_bytes_received(socket) != 0;
	bool was_read = (socket->flags & TRACE_SOCKET_TCP_INFO_READ) != 0;

	if (socket->connect_error != EINPROGRESS)
		return;
	if (has_moved ||
	    (was_read && record->tcp_state != TCP_SYN_SENT && record->tcp_state != TCP_CLOSE)) {
		socket->connect_error = 0;
		socket->connected_ns = model_socket_first_io_ns(model, socket);
		socket->flags |= TRACE_SOCKET_CONNECTED;
	} else if (was_read && record->tcp_state == TCP_CLOSE && record->so_error != 0) {
		socket->connect_error = record->so_error;
	}
}

/*
 * In these states the peer's FIN has arrived. So it had when what we sent after it was answered by
 * a reset: that is EPIPE then, and ECONNRESET otherwise (Linux' tcp_reset()).
 */
static bool has_fin(const struct model_socket *socket, const struct trace_socket *record)
{
	bool is_answered = record->so_error == EPIPE || LIVE(record->io_error) == EPIPE;

	if (record->tcp_state == TCP_CLOSE)
		return is_answered && (socket->flags & TRACE_SOCKET_SHUT_WRITE) == 0;
	return record->tcp_state == TCP_CLOSE_WAIT || record->tcp_state == TCP_LAST_ACK ||
	       record->tcp_state == TCP_CLOSING;
}

/*
 * When the peer's end came. The FIN carried an ACK, which a reset does not count as: so the time of
 * the last ACK is the FIN's unless we have sent more since (Linux' tcp_get_info()). A receive that
 * found the end of file is at or after it.
 */
static int64_t peer_closed(const struct model *model, const struct model_socket *socket,
			   const struct trace_socket *record)
{
	int64_t seen = model_time(model, LIVE(record->peer_ended_ns));
	int64_t time_ns = seen;

	if ((socket->flags & TRACE_SOCKET_TCP_INFO_READ) != 0 && has_fin(socket, record) &&
	    record->tcp_read_ns != 0) {
		int64_t fin = model_time(model, record->tcp_read_ns) -
			      (int64_t)record->tcp_last_ack_recv_ms * 1000000;

		time_ns = seen == TIME_NONE || fin < seen ? fin : seen;
	}
	if (time_ns != TIME_NONE && socket->connected_ns != TIME_NONE &&
	    time_ns < socket->connected_ns)
		return socket->connected_ns;
	return time_ns;
}

static void fill_birth(struct model_loader *loader, struct model_file *file,
		       struct model_socket *socket, const struct trace_socket *record)
{
	socket->process = file->process;
	socket->record = record;
	socket->family = record->family;
	socket->type = record->type;
	if (record->origin <= TRACE_ORIGIN_ADOPTED)
		socket->origin = (enum trace_origin)record->origin;
	socket->parent = model_file_row(file, MODEL_ID_SOCKET, record->parent);
	socket->flags = LIVE(record->flags);
	socket->created_ns = model_time(loader->model, record->created_ns);
	socket->opened_stack = model_file_row(file, MODEL_ID_STACK, record->opened_stack);
}

/* Who closes in answer to the peer's end says goodbye on the way (TLS, PostgreSQL). */
#define GOODBYE_NS 30000000

/* A goodbye fails with EPIPE only where something else was sent before; the close follows it. */
static bool is_stale_used(const struct model_socket *socket, int64_t stale_io_ns,
			  int64_t end_seen_ns)
{
	if (stale_io_ns == TIME_NONE || end_seen_ns == TIME_NONE)
		return false;
	return stale_io_ns - GOODBYE_NS > end_seen_ns ||
	       (socket->is_send_refused && socket->closed_ns != TIME_NONE &&
		socket->closed_ns - GOODBYE_NS > stale_io_ns);
}

static void fill_traffic(const struct model *model, struct model_socket *socket,
			 const struct trace_socket *record)
{
	socket->last_io_ns = model_time(model, LIVE(record->last_io_ns));
	socket->error = LIVE(record->io_error);
	socket->is_end_seen = LIVE(record->peer_ended_ns) != 0;
	socket->is_send_refused = socket->error == EPIPE;
	socket->is_stale_used = is_stale_used(socket, model_socket_stale_io_ns(model, socket),
					      model_time(model, LIVE(record->peer_ended_ns)));
}

static void fill_end(struct model_loader *loader, struct model_file *file,
		     struct model_socket *socket, const struct trace_socket *record)
{
	unsigned int end = __atomic_load_n(&record->end, __ATOMIC_ACQUIRE);

	socket->closed_ns = TIME_NONE;
	socket->closed_stack = MODEL_NONE;
	if (end == 0 || end > TRACE_END_VANISHED)
		return;
	socket->end = (enum trace_end)end;
	socket->closed_ns = model_time(loader->model, record->ended_ns);
	socket->closed_stack = model_file_row(file, MODEL_ID_STACK, record->ended_stack);
}

static void fill_tcp_info(struct model_socket *socket, const struct trace_socket *record)
{
	if ((socket->flags & TRACE_SOCKET_TCP_INFO_READ) == 0)
		return;
	socket->tcp_state = record->tcp_state != 0 && record->tcp_state < TCP_STATE_OTHER
				    ? record->tcp_state & TCP_STATE_OTHER
				    : TCP_STATE_OTHER;
	if (socket->error == 0)
		socket->error = record->so_error;
}

/* Keeps the row of a connect unless the socket's own fields will say the same. */
static void connect_keep(struct model *model, struct model_socket *socket,
			 const struct model_connect *row)
{
	bool is_told = socket->connect_count == 1 && row->error == 0 &&
		       row->finished_ns != TIME_NONE;

	if (is_told || !model_memory_grow(model->memory, &model->connects, model->connects_count,
					  sizeof(*model->connects)))
		return;
	model->connects[model->connects_count++] = *row;
}

static void fill_connects(struct model_loader *loader, struct model_file *file, uint32_t row)
{
	struct model_socket *socket = &loader->model->sockets[row];
	const struct trace_connect *record = NULL;

	socket->connect_count = model_connects_count(file, row);
	socket->connect_started_ns = TIME_NONE;
	socket->connected_ns = TIME_NONE;
	socket->connect_stack = MODEL_NONE;
	while ((record = model_connects_next(file, row, record)) != NULL) {
		struct model_connect connect = connect_read(loader, file, row, record);

		connect_keep(loader->model, socket, &connect);
		socket_connect(socket, &connect);
	}
}

void model_fill_socket(struct model_loader *loader, struct model_file *file, uint32_t row,
		       const struct trace_socket *record)
{
	struct model *model = loader->model;
	struct model_socket *socket = &model->sockets[row];

	fill_end(loader, file, socket, record);
	fill_birth(loader, file, socket, record);
	fill_traffic(model, socket, record);
	fill_tcp_info(socket, record);
	fill_connects(loader, file, row);
	pending_decide(model, socket, record);
	/* a connect that failed leaves its errno in SO_ERROR: no connection broke */
	if (socket->connected_ns == TIME_NONE && socket->error == socket->connect_error)
		socket->error = 0;
	socket->peer_closed_ns = peer_closed(model, socket, record);
	model_gap_socket(loader, row, record);
}
