#include "model_loader.h"

#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

/*
 * bytes_acked counts SYN and FIN as a byte each (RFC 4898, tcpEStatsAppHCThruOctetsAcked), and so
 * does bytes_received the FIN. Linux leaves the SYN of a connection that was accepted out.
 */
#define ACKED_SLACK 2

/*
 * Linux' tcp_get_info() reads the state before it takes the socket's lock, and the counts behind
 * it: a FIN may come in between, and then it is counted though the state knows of none.
 */
#define FIN_SLACK 1

void model_note_add(struct model *model, uint32_t process, bool is_gap, const char *text)
{
	if (!model_memory_grow(model->memory, &model->notes, model->notes_count,
			       sizeof(*model->notes)))
		return;
	model->notes[model->notes_count++] =
		(struct model_note){.process = process, .is_gap = is_gap, .text = text};
}

static void unseen_add(struct model_loader *loader, const struct model_unseen *unseen)
{
	if (unseen->moved > unseen->counted &&
	    model_memory_grow(loader->model->memory, &loader->unseens, loader->unseen_count,
			      sizeof(*loader->unseens)))
		loader->unseens[loader->unseen_count++] = *unseen;
}

static uint64_t less(uint64_t bytes, uint64_t taken)
{
	return bytes > taken ? bytes - taken : 0;
}

/* Where bytes are missing at all, SYN and FIN are told by how the connection began and ended. */
static uint64_t bytes_acked(const struct model_socket *socket, const struct trace_socket *record)
{
	uint64_t acked = record->tcp_bytes_acked + record->tcp_unacked;

	if (less(acked, ACKED_SLACK) <= model_socket_bytes_sent(socket))
		return 0;
	return less(acked, (socket->origin == TRACE_ORIGIN_CONNECT ? 1u : 0u) +
				   ((socket->flags & TRACE_SOCKET_SHUT_WRITE) != 0 ? 1u : 0u));
}

/* Only in these states it has certainly not come; a connection that is done is CLOSE. */
static bool may_have_fin(unsigned int tcp_state)
{
	return tcp_state != TCP_ESTABLISHED && tcp_state != TCP_FIN_WAIT1 &&
	       tcp_state != TCP_FIN_WAIT2;
}

/*
 * What was received may lie unread: how much of it did is told only of a socket that was closed
 * (UNREAD). At an exit other threads may have received what they had no time to count.
 */
static uint64_t bytes_taken(const struct model_socket *socket, const struct trace_socket *record)
{
	bool is_closed = socket->end == TRACE_END_CLOSED || socket->end == TRACE_END_FINALIZED;

	return is_closed ? less(record->tcp_bytes_received, may_have_fin(record->tcp_state) ? 1 : 0)
			 : 0;
}

/* A socket that came from elsewhere carried bytes before it was here. */
void model_gap_socket(struct model_loader *loader, uint32_t row, const struct trace_socket *record)
{
	const struct model_socket *socket = &loader->model->sockets[row];

	if ((socket->flags & TRACE_SOCKET_TCP_INFO_READ) == 0 || socket->type != SOCK_STREAM ||
	    (socket->origin != TRACE_ORIGIN_CONNECT && socket->origin != TRACE_ORIGIN_ACCEPT))
		return;
	unseen_add(loader, &(struct model_unseen){.cookie = model_socket_cookie(socket),
						  .socket = row,
						  .moved = bytes_acked(socket, record),
						  .counted = model_socket_bytes_sent(socket)});
	unseen_add(loader, &(struct model_unseen){.cookie = model_socket_cookie(socket),
						  .socket = row,
						  .is_received = true,
						  .moved = bytes_taken(socket, record),
						  .counted = model_socket_bytes_received(socket)});
}

static int unseen_compare(const void *left, const void *right)
{
	const struct model_unseen *a = left, *b = right;

	if (a->is_received != b->is_received)
		return a->is_received ? 1 : -1;
	if (a->cookie != b->cookie)
		return a->cookie < b->cookie ? -1 : 1;
	return a->socket < b->socket ? -1 : a->socket > b->socket;
}

/*
 * The first row of this kernel socket and direction, NULL: none. One row a cookie is enough to be
 * right: more of them are the same socket again. A cookie of 0 is unknown.
 */
static struct model_unseen *unseen_find(const struct model_loader *loader,
					const struct model_unseen *key)
{
	size_t low = 0, high = loader->unseen_count;
	struct model_unseen *found;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (unseen_compare(&loader->unseens[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	found = &loader->unseens[low];
	return low < loader->unseen_count && found->cookie == key->cookie &&
			       found->is_received == key->is_received
		       ? found
		       : NULL;
}

/* Other processes' counters of the same socket: its bytes may have been moved there. */
static void unseen_count(const struct model_loader *loader, uint32_t row, bool is_received)
{
	const struct model_socket *socket = &loader->model->sockets[row];
	const struct model_unseen key = {.cookie = model_socket_cookie(socket),
					 .is_received = is_received};
	struct model_unseen *found = key.cookie != 0 ? unseen_find(loader, &key) : NULL;

	if (found != NULL && (socket->flags & TRACE_SOCKET_STREAM) != 0)
		found->is_streamed = true;
	if (found != NULL && found->socket != row)
		found->counted += is_received ? model_socket_bytes_received(socket)
					      : model_socket_bytes_sent(socket);
}

static void unseen_unread(const struct model_loader *loader, const struct model_event *event)
{
	uint64_t cookie = model_socket_cookie(&loader->model->sockets[event->socket]);
	const struct model_unseen key = {
		.cookie = cookie, .socket = cookie != 0 ? 0 : event->socket, .is_received = true};
	struct model_unseen *found = unseen_find(loader, &key);

	if (found != NULL && (cookie != 0 || found->socket == event->socket))
		found->moved = less(found->moved, (uint64_t)(event->value > 0 ? event->value : 0));
}

/*
 * The kernel's count is the true one: the row says it, and the coverage that it was not seen. What
 * stdio moves is expected to cross no hook, and is no gap.
 */
static void unseen_tell(struct model *model, const struct model_unseen *unseen)
{
	struct model_socket *socket = &model->sockets[unseen->socket];
	uint64_t missing = less(unseen->moved, unseen->counted);
	bool is_streamed = unseen->is_streamed || (socket->flags & TRACE_SOCKET_STREAM) != 0;
	struct trace_socket *own;

	if (missing <= (unseen->is_received ? FIN_SLACK : 0))
		return;
	own = model_socket_own(model, socket);
	if (own == NULL)
		return;
	*(unseen->is_received ? &own->bytes_received : &own->bytes_sent) += missing;
	model_note_add(
		model, socket->process, !is_streamed,
		model_memory_format(
			model->memory,
			"%" PRIu64 " bytes %s on socket s%" PRIu32 " %s: the kernel counted them",
			missing, unseen->is_received ? "received" : "sent", unseen->socket + 1,
			is_streamed ? "through a stream of stdio" : "by a way that no hook saw"));
}

static void note_unseen(struct model_loader *loader)
{
	struct model *model = loader->model;
	struct model_unseen *rows = loader->unseens;
	size_t count = loader->unseen_count;

	if (count > 1)
		qsort(rows, count, sizeof(*rows), unseen_compare);
	for (uint32_t i = 0; count != 0 && i < model->sockets_count; i++) {
		unseen_count(loader, i, false);
		unseen_count(loader, i, true);
	}
	for (uint32_t i = 0; count != 0 && i < model->events_count; i++) {
		if (model->events[i].what == TRACE_EVENT_UNREAD &&
		    model->events[i].socket != MODEL_NONE)
			unseen_unread(loader, &model->events[i]);
	}
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || rows[i].cookie == 0 || rows[i].cookie != rows[i - 1].cookie ||
		    rows[i].is_received != rows[i - 1].is_received)
			unseen_tell(model, &rows[i]);
	}
}

static void note_count(struct model *model, const struct model_file *file, bool is_gap,
		       uint64_t count, const char *what)
{
	if (count != 0)
		model_note_add(model, file->process, is_gap,
			       model_memory_format(model->memory, "%s: %" PRIu64 " %s",
						   file->reader->path, count, what));
}

static void note_file(struct model *model, const struct model_file *file)
{
	const struct reader *reader = file->reader;

	if (reader->is_truncated)
		model_note_add(
			model, file->process, true,
			model_memory_format(model->memory,
					    "%s: is cut off after %" PRIu64 " of %" PRIu64 " bytes",
					    reader->path, reader->size_bytes, reader->tail_bytes));
	if (reader->is_corrupt)
		model_note_add(model, file->process, true,
			       model_memory_format(model->memory,
						   "%s: corrupt record at byte %" PRIu64
						   ", nothing behind it was read",
						   reader->path, reader->corrupt_offset));
	note_count(model, file, false, reader->unknown_records,
		   "records of kinds that this socklife does not know");
	note_count(model, file, true, file->impossible_ids, "records with an impossible id");
	note_count(model, file, true, file->repeated_ids, "records with an id that was taken");
	note_count(model, file, true, file->dangling_references,
		   "references to records that are not there");
}

/* Neither when nor by whom they were closed is known. Sockets of one process are neighbours. */
static void note_vanished(struct model *model)
{
	for (uint32_t i = 0, next; i < model->sockets_count; i = next) {
		uint32_t process = model->sockets[i].process, count = 0, first = MODEL_NONE;

		for (next = i; next < model->sockets_count; next++) {
			const struct model_socket *socket = &model->sockets[next];

			if (socket->process != process)
				break;
			if (socket->end != TRACE_END_VANISHED ||
			    (socket->flags & TRACE_SOCKET_BRACKETED) != 0)
				continue;
			first = first == MODEL_NONE ? next : first;
			count++;
		}
		if (count != 0)
			model_note_add(model, process, true,
				       model_memory_format(
					       model->memory,
					       "%" PRIu32 " %s closed by a way that no "
					       "hook saw, the first of them s%" PRIu32,
					       count, count == 1 ? "socket was" : "sockets were",
					       first + 1));
	}
}

void model_note_gaps(struct model_loader *loader)
{
	struct model *model = loader->model;
	uint32_t root = 0;

	for (size_t i = 0; i < loader->file_count; i++)
		note_file(model, &loader->files[i]);
	note_unseen(loader);
	note_vanished(model);
	/* what is said of no process in particular is said of the command */
	for (uint32_t i = model->processes_count; i-- > 0;) {
		if (model->processes[i].is_root)
			root = i;
	}
	for (uint32_t i = 0; i < model->notes_count; i++) {
		if (model->notes[i].process == MODEL_NONE)
			model->notes[i].process = root;
	}
	for (uint32_t i = 0; i < model->losses_count; i++) {
		if (model->losses[i].process == MODEL_NONE)
			model->losses[i].process = root;
	}
}
