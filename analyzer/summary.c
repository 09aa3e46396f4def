#include "summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "socket_facts.h"
#include "words.h"

/* One kernel socket: what the rows with its cookie say together. */
struct kernel_socket {
	uint64_t cookie;
	int64_t created_ns, closed_ns;
	bool is_connection, is_open_at_end;
};

static int order_by_cookie(const void *a, const void *b)
{
	const struct kernel_socket *left = a, *right = b;

	if (left->cookie != right->cookie)
		return left->cookie < right->cookie ? -1 : 1;
	return (left->created_ns > right->created_ns) - (left->created_ns < right->created_ns);
}

static int order_times(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static struct kernel_socket kernel_socket_of(const struct model *model,
					     const struct model_socket *row)
{
	int64_t ended_ns = socket_ended_ns(model, row);

	return (struct kernel_socket){
		.cookie = row->cookie,
		.created_ns = row->created_ns,
		.closed_ns = ended_ns != TIME_NONE ? ended_ns : INT64_MAX,
		.is_connection = socket_is_connection(row),
		.is_open_at_end = model_socket_is_open_at_end(row),
	};
}

/* The same socket in another process: it ends when the last of them lets go. */
static void kernel_socket_join(struct kernel_socket *whole, const struct kernel_socket *part)
{
	if (part->closed_ns >= whole->closed_ns) {
		whole->closed_ns = part->closed_ns;
		whole->is_open_at_end = part->is_open_at_end;
	}
	whole->is_connection |= part->is_connection;
}

/* Joins rows of the same cookie in place; a cookie of 0 is unknown and joins nothing. */
static size_t kernel_sockets_join(struct kernel_socket *sockets, size_t count)
{
	size_t kept = 0;

	qsort(sockets, count, sizeof *sockets, order_by_cookie);
	for (size_t i = 0; i < count; i++) {
		bool is_same = kept != 0 && sockets[i].cookie != 0 &&
			       sockets[kept - 1].cookie == sockets[i].cookie;

		if (is_same)
			kernel_socket_join(&sockets[kept - 1], &sockets[i]);
		else
			sockets[kept++] = sockets[i];
	}
	return kept;
}

/*
 * Both arrays sorted: a socket that ends at the moment another begins does not overlap it. None can
 * end before it began (gone < born), whatever the times of a damaged trace say.
 */
static uint64_t peak_of(const int64_t *created, const int64_t *closed, size_t count)
{
	uint64_t open = 0, peak = 0;

	for (size_t born = 0, gone = 0; born < count;) {
		if (gone < born && closed[gone] <= created[born]) {
			gone++;
			open -= open != 0;
		} else {
			born++;
			open++;
		}
		peak = open > peak ? open : peak;
	}
	return peak;
}

static void totals_add(struct summary *summary, const struct kernel_socket *sockets, size_t count,
		       int64_t *times)
{
	summary->sockets = count;
	for (size_t i = 0; i < count; i++) {
		summary->connections += sockets[i].is_connection;
		summary->open_at_end += sockets[i].is_open_at_end;
		times[i] = sockets[i].created_ns;
		times[count + i] = sockets[i].closed_ns;
	}
	qsort(times, count, sizeof *times, order_times);
	qsort(times + count, count, sizeof *times, order_times);
	summary->peak_open = peak_of(times, times + count, count);
}

static enum status totals_fill(struct summary *summary, const struct model *model,
			       struct error *error)
{
	size_t count = model->sockets_count;
	struct kernel_socket *sockets;
	int64_t *times;

	if (count == 0)
		return STATUS_OK;
	sockets = calloc(count, sizeof *sockets);
	times = calloc(count, 2 * sizeof *times);
	if (sockets == NULL || times == NULL) {
		free(sockets);
		free(times);
		return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
	}
	for (size_t i = 0; i < count; i++) {
		sockets[i] = kernel_socket_of(model, &model->sockets[i]);
		summary->bytes_sent += model->sockets[i].bytes_sent;
		summary->bytes_received += model->sockets[i].bytes_received;
	}
	totals_add(summary, sockets, kernel_sockets_join(sockets, count), times);
	free(sockets);
	free(times);
	return STATUS_OK;
}

static void coverage_fill(struct summary *summary, const struct model *model)
{
	bool has_gap = false;

	summary->lost_records = model->uncommitted_records;
	for (uint32_t i = 0; i < model->losses_count; i++) {
		const struct model_lost *lost = &model->losses[i];

		if (lost->reason == TRACE_LOST_UNSEEN_SOCKET)
			summary->unseen_sockets += lost->count;
		else if (lost->reason == TRACE_LOST_UNSEEN_IO)
			has_gap |= lost->count != 0; /* counters short, but no record lost */
		else
			summary->lost_records += lost->count;
	}
	for (uint32_t i = 0; i < model->notes_count; i++)
		has_gap |= model->notes[i].is_gap;
	summary->is_complete = !has_gap && summary->lost_records == 0 &&
			       summary->unseen_sockets == 0;
}

enum status summary_fill(struct summary *summary, const struct model *model, struct error *error)
{
	memset(summary, 0, sizeof *summary);
	coverage_fill(summary, model);
	return totals_fill(summary, model, error);
}

static void lost_note_fill(const struct model_lost *lost, struct coverage_note *note)
{
	const char *error_name = lost->error != 0 ? words_errno(lost->error) : NULL;

	note->process = lost->process;
	note->is_gap = true;
	snprintf(note->text, sizeof note->text, "%s, %" PRIu64 " time%s%s%s%s",
		 words_lost(lost->reason), lost->count, lost->count == 1 ? "" : "s",
		 error_name != NULL ? " (" : "", error_name != NULL ? error_name : "",
		 error_name != NULL ? ")" : "");
}

bool summary_note(const struct model *model, uint32_t index, struct coverage_note *note)
{
	if (index < model->notes_count) {
		note->process = model->notes[index].process;
		note->is_gap = model->notes[index].is_gap;
		snprintf(note->text, sizeof note->text, "%s", model->notes[index].text);
		return true;
	}
	index -= model->notes_count;
	if (index < model->losses_count) {
		lost_note_fill(&model->losses[index], note);
		return true;
	}
	if (index > model->losses_count || model->uncommitted_records == 0)
		return false;
	note->process = MODEL_NONE;
	note->is_gap = true;
	snprintf(note->text, sizeof note->text,
		 "a process ended while it wrote a record, %" PRIu64 " of them are missing",
		 model->uncommitted_records);
	return true;
}
