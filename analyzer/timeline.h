/*
 * A socket's life on one line of text: '#' I/O, '=' now I/O and now idle, '-' idle, '~' half-closed
 * (the peer has closed, we hold on), ' ' not open. Lines of one span stand below one another.
 * Thread-safe.
 */
#ifndef SOCKLIFE_TIMELINE_H
#define SOCKLIFE_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

struct model;
struct model_socket;

#define TIMELINE_WIDTH 60u

struct timeline_span {
	int64_t from_ns, to_ns; /* TIME_NONE: nothing to show yet */
};

#define TIMELINE_SPAN_EMPTY ((struct timeline_span){.from_ns = INT64_MIN, .to_ns = INT64_MIN})

/* Makes room for the socket's life. */
void timeline_span_add(struct timeline_span *span, const struct model *model,
		       const struct model_socket *socket);

/*
 * Writes `width` cells and a NUL. Counters tell when I/O began and stopped and how long the longest
 * silence between was, not when it was: what it must have covered wherever it lay is '-', and the
 * rest between the first I/O and the last '=', unless the silence is shorter than a cell.
 */
void timeline_draw(const struct timeline_span *span, const struct model *model,
		   const struct model_socket *socket, char *text, size_t width);

#endif
