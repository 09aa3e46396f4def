#include "summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "numbers.h"
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

static struct kernel_socket kernel_socket_of(const struct model *model,
					     const struct model_socket *row)
{
	int64_t ended_ns = socket_ended_ns(model, row);

	return (struct kernel_socket){
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

/* Joins rows of the same cookie in place. */
static size_t kernel_sockets_join(struct kernel_socket *sockets, size_t count)
{
	size_t kept = 0;

	if (count != 0)
		qsort(sockets, count, sizeof *sockets, order_by_cookie);
	for (size_t i = 0; i < count; i++) {
		if (kept != 0 && sockets[kept - 1].cookie == sockets[i].cookie)
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
static uint64_t peak_of(const uint64_t *created, const uint64_t *closed, size_t count)
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

/* ---- cookies that several rows have ---- */

struct shared {
	uint64_t *cookies; /* ascending */
	size_t count;
};

/* Leaves of sorted cookies those that occur twice or more; 0 is unknown and joins nothing. */
static size_t cookies_keep_shared(uint64_t *cookies, size_t count)
{
	size_t kept = 0;

	for (size_t i = 1; i < count; i++) {
		bool is_shared = cookies[i] == cookies[i - 1] && cookies[i] != 0;

		if (is_shared && (kept == 0 || cookies[kept - 1] != cookies[i]))
			cookies[kept++] = cookies[i];
	}
	return kept;
}

/* Adds up the bytes on the way: both are read from the trace, and that is best done once. */
static bool shared_init(struct shared *shared, const struct model *model, struct summary *summary)
{
	uint32_t count = model->sockets_count;

	*shared = (struct shared){.cookies = malloc(count * sizeof *shared->cookies)};
	for (uint32_t i = 0; shared->cookies != NULL && i < count; i++) {
		const struct model_socket *socket = &model->sockets[i];

		model_socket_ahead(model, i);
		shared->cookies[i] = model_socket_cookie(socket);
		summary->bytes_sent += model_socket_bytes_sent(socket);
		summary->bytes_received += model_socket_bytes_received(socket);
	}
	if (shared->cookies == NULL || !numbers_sort(shared->cookies, count))
		return false;
	shared->count = cookies_keep_shared(shared->cookies, count);
	return true;
}

static int order_cookies(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* Its cookie is in *cookie then. */
static bool shared_has(const struct shared *shared, const struct model_socket *socket,
		       uint64_t *cookie)
{
	if (shared->count == 0)
		return false;
	*cookie = model_socket_cookie(socket);
	return bsearch(cookie, shared->cookies, shared->count, sizeof *cookie, order_cookies) !=
	       NULL;
}

/* ---- totals ---- */

struct totals {
	struct summary *summary;
	uint64_t *created, *closed;  /* of each kernel socket, ordered as unsigned numbers */
	struct kernel_socket *parts; /* rows whose cookies others have too */
	size_t part_count;
};

static uint64_t ordered(int64_t time_ns)
{
	return (uint64_t)time_ns ^ UINT64_C(1) << 63;
}

static void totals_add(struct totals *totals, const struct kernel_socket *socket)
{
	struct summary *summary = totals->summary;

	totals->created[summary->sockets] = ordered(socket->created_ns);
	totals->closed[summary->sockets++] = ordered(socket->closed_ns);
	summary->connections += socket->is_connection;
	summary->open_at_end += socket->is_open_at_end;
}

static bool totals_add_rows(struct totals *totals, const struct model *model,
			    const struct shared *shared)
{
	for (uint32_t i = 0; i < model->sockets_count; i++) {
		const struct model_socket *row = &model->sockets[i];
		struct kernel_socket socket = kernel_socket_of(model, row);
		struct kernel_socket *parts;

		if (!shared_has(shared, row, &socket.cookie)) {
			totals_add(totals, &socket);
			continue;
		}
		if ((totals->part_count & (totals->part_count - 1)) == 0) {
			parts = reallocarray(totals->parts, totals->part_count * 2 + 1,
					     sizeof *parts);
			if (parts == NULL)
				return false;
			totals->parts = parts;
		}
		totals->parts[totals->part_count++] = socket;
	}
	return true;
}

static bool totals_finish(struct totals *totals)
{
	size_t joined = kernel_sockets_join(totals->parts, totals->part_count), count;

	for (size_t i = 0; i < joined; i++)
		totals_add(totals, &totals->parts[i]);
	count = totals->summary->sockets;
	if (!numbers_sort(totals->created, count) || !numbers_sort(totals->closed, count))
		return false;
	totals->summary->peak_open = peak_of(totals->created, totals->closed, count);
	return true;
}

static enum status totals_fill(struct summary *summary, const struct model *model,
			       struct error *error)
{
	size_t count = model->sockets_count;
	struct totals totals = {.summary = summary};
	struct shared shared;
	bool is_whole;

	if (count == 0)
		return STATUS_OK;
	is_whole = shared_init(&shared, model, summary);
	totals.created = malloc(count * sizeof *totals.created);
	totals.closed = malloc(count * sizeof *totals.closed);
	is_whole = is_whole && totals.created != NULL && totals.closed != NULL &&
		   totals_add_rows(&totals, model, &shared);
	free(shared.cookies);
	is_whole = is_whole && totals_finish(&totals);
	free(totals.created);
	free(totals.closed);
	free(totals.parts);
	return is_whole ? STATUS_OK : error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
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
	summary->is_finished = true;
	for (uint32_t i = 0; i < model->notes_count; i++) {
		has_gap |= model->notes[i].is_gap;
		summary->is_finished &= !model->notes[i].is_unfinished;
	}
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
	note->is_gap = note->is_incomplete = true;
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
		note->is_incomplete = note->is_gap || model->notes[index].is_unfinished;
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
	note->is_gap = note->is_incomplete = true;
	snprintf(note->text, sizeof note->text,
		 "a process ended while it wrote a record, %" PRIu64 " of them are missing",
		 model->uncommitted_records);
	return true;
}
