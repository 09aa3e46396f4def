#include "model_loader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/socket.h>

/* bytes_acked counts SYN and FIN as a byte each (RFC 4898, tcpEStatsAppHCThruOctetsAcked). */
#define ACKED_SLACK 2

void model_note_add(struct model *model, uint32_t process, bool is_gap, const char *text)
{
	if (!model_memory_grow(model->memory, &model->notes, model->notes_count,
			       sizeof(*model->notes)))
		return;
	model->notes[model->notes_count++] =
		(struct model_note){.process = process, .is_gap = is_gap, .text = text};
}

/*
 * Only what was sent can be compared: received bytes may lie unread in the kernel. A socket that
 * came from elsewhere carried bytes before it was here.
 */
void model_gap_socket(struct model_loader *loader, uint32_t row, const struct trace_socket *record)
{
	const struct model_socket *socket = &loader->model->sockets[row];
	uint64_t acked = record->tcp_bytes_acked;

	if ((socket->flags & TRACE_SOCKET_TCP_INFO_READ) == 0 || socket->type != SOCK_STREAM ||
	    (socket->origin != TRACE_ORIGIN_CONNECT && socket->origin != TRACE_ORIGIN_ACCEPT) ||
	    acked <= ACKED_SLACK || acked - ACKED_SLACK <= socket->bytes_sent ||
	    !model_memory_grow(loader->model->memory, &loader->unseens, loader->unseen_count,
			       sizeof(*loader->unseens)))
		return;
	loader->unseens[loader->unseen_count++] =
		(struct model_unseen){.cookie = socket->cookie,
				      .socket = row,
				      .acked = acked,
				      .counted = socket->bytes_sent};
}

static int unseen_compare(const void *left, const void *right)
{
	const struct model_unseen *a = left, *b = right;

	if (a->cookie != b->cookie)
		return a->cookie < b->cookie ? -1 : 1;
	return a->socket < b->socket ? -1 : a->socket > b->socket;
}

/* Other processes' counters of the same socket: its bytes may have been sent there. */
static void unseen_count(struct model_unseen *rows, size_t count, const struct model *model,
			 uint32_t socket)
{
	uint64_t cookie = model->sockets[socket].cookie;
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (rows[middle].cookie < cookie)
			low = middle + 1;
		else
			high = middle;
	}
	/* one row a cookie is enough to be right: more of them are the same socket again */
	if (cookie != 0 && low < count && rows[low].cookie == cookie && rows[low].socket != socket)
		rows[low].counted += model->sockets[socket].bytes_sent;
}

static void note_unseen(struct model_loader *loader)
{
	struct model *model = loader->model;
	struct model_unseen *rows = loader->unseens;
	size_t count = loader->unseen_count;

	if (count > 1)
		qsort(rows, count, sizeof(*rows), unseen_compare);
	for (uint32_t i = 0; count != 0 && i < model->sockets_count; i++)
		unseen_count(rows, count, model, i);
	for (size_t i = 0; i < count; i++) {
		uint64_t acked = rows[i].acked - ACKED_SLACK;
		bool is_repeated = i != 0 && rows[i].cookie != 0 &&
				   rows[i].cookie == rows[i - 1].cookie;

		if (acked <= rows[i].counted || is_repeated)
			continue;
		model_note_add(model, model->sockets[rows[i].socket].process, true,
			       model_memory_format(model->memory,
						   "%" PRIu64 " bytes sent on socket s%" PRIu32
						   " by a way that no hook saw",
						   acked - rows[i].counted, rows[i].socket + 1));
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

void model_note_gaps(struct model_loader *loader)
{
	struct model *model = loader->model;
	uint32_t root = 0;

	for (size_t i = 0; i < loader->file_count; i++)
		note_file(model, &loader->files[i]);
	note_unseen(loader);
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
