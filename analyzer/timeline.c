#include "timeline.h"

#include <stdbool.h>
#include <string.h>

#include "model.h"
#include "socket_facts.h"

void timeline_span_add(struct timeline_span *span, const struct model *model,
		       const struct model_socket *socket)
{
	int64_t ended_ns = socket_ended_ns(model, socket);

	if (socket->created_ns == TIME_NONE)
		return;
	if (span->from_ns == TIME_NONE || socket->created_ns < span->from_ns)
		span->from_ns = socket->created_ns;
	if (span->to_ns == TIME_NONE || socket->created_ns > span->to_ns)
		span->to_ns = socket->created_ns;
	if (ended_ns != TIME_NONE && ended_ns > span->to_ns)
		span->to_ns = ended_ns;
}

/* The cell that a moment lies in; outside the span, the nearest. */
static size_t cell_of(const struct timeline_span *span, int64_t time_ns, size_t width)
{
	double whole = (double)span->to_ns - (double)span->from_ns;
	double part = ((double)time_ns - (double)span->from_ns) / (whole > 0 ? whole : 1);

	if (part <= 0)
		return 0;
	return part >= 1 ? width - 1 : (size_t)(part * (double)width);
}

static void cells_fill(const struct timeline_span *span, int64_t from_ns, int64_t to_ns, char mark,
		       char *text, size_t width)
{
	size_t first, last;

	if (from_ns == TIME_NONE || to_ns == TIME_NONE || to_ns < from_ns)
		return;
	first = cell_of(span, from_ns, width);
	last = cell_of(span, to_ns, width);
	memset(text + first, mark, last - first + 1);
}

/* The clock of the last I/O is coarse, so it may lie before the first by a few milliseconds. */
static int64_t last_io_ns(const struct model_socket *socket, int64_t first_ns)
{
	if (socket->last_io_ns == TIME_NONE || socket->last_io_ns < first_ns)
		return first_ns;
	return socket->last_io_ns;
}

static bool is_shorter_than_cell(const struct timeline_span *span, int64_t duration_ns,
				 size_t width)
{
	double whole = (double)span->to_ns - (double)span->from_ns;

	return (double)duration_ns * (double)width <= whole;
}

static void io_fill(const struct timeline_span *span, const struct model *model,
		    const struct model_socket *socket, char *text, size_t width)
{
	int64_t first_ns = model_socket_first_io_ns(model, socket);
	int64_t last_ns = last_io_ns(socket, first_ns);
	int64_t active_ns = time_between(first_ns, last_ns);
	int64_t idle_ns = model_socket_longest_idle_ns(socket);

	if (active_ns == TIME_NONE)
		return;
	if (is_shorter_than_cell(span, idle_ns, width)) {
		cells_fill(span, first_ns, last_ns, '#', text, width);
		return;
	}
	cells_fill(span, first_ns, last_ns, '=', text, width);
	if (idle_ns > active_ns / 2 && idle_ns <= active_ns)
		cells_fill(span, last_ns - idle_ns, first_ns + idle_ns, '-', text, width);
	text[cell_of(span, first_ns, width)] = '#';
	text[cell_of(span, last_ns, width)] = '#';
}

void timeline_draw(const struct timeline_span *span, const struct model *model,
		   const struct model_socket *socket, char *text, size_t width)
{
	int64_t ended_ns = socket_ended_ns(model, socket);

	memset(text, ' ', width);
	text[width] = '\0';
	if (width == 0 || socket->created_ns == TIME_NONE || span->from_ns == TIME_NONE)
		return;
	cells_fill(span, socket->created_ns, ended_ns, '-', text, width);
	cells_fill(span, socket->peer_closed_ns, ended_ns, '~', text, width);
	io_fill(span, model, socket, text, width);
}
