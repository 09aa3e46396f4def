#include "timeline.h"

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

/* What the longest silence covers wherever it lay between the first I/O and the last. */
static void silence_fill(const struct timeline_span *span, const struct model_socket *socket,
			 char *text, size_t width)
{
	int64_t active_ns = time_between(socket->first_io_ns, socket->last_io_ns);
	int64_t idle_ns = socket->longest_idle_ns;
	size_t first, last;

	if (active_ns == TIME_NONE || idle_ns <= active_ns / 2 || idle_ns > active_ns)
		return;
	first = cell_of(span, socket->last_io_ns - idle_ns, width) + 1;
	last = cell_of(span, socket->first_io_ns + idle_ns, width);
	if (first < last)
		memset(text + first, '-', last - first);
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
	cells_fill(span, socket->first_io_ns, socket->last_io_ns, '#', text, width);
	silence_fill(span, socket, text, width);
}
