/*
 * The addresses of the trace: a window reserved once, under which the file is laid piece by piece,
 * for sink.c. Raw system calls; any thread, any signal handler.
 */
#ifndef SOCKLIFE_SINK_WINDOW_H
#define SOCKLIFE_SINK_WINDOW_H

#include <stdint.h>

struct sink_window {
	uint8_t *base; /* NULL: none */
	uint64_t bytes;
};

/* At most max_bytes, fewer where no more can be had, at least least_bytes. 0 or an errno value. */
int sink_window_reserve(struct sink_window *window, uint64_t max_bytes, uint64_t least_bytes);

/* Lays the file `fd`, which has blocks there, under a piece of the window. 0 or an errno value. */
int sink_window_map(const struct sink_window *window, uint64_t from, uint64_t to, int fd);

/* Asks for the pages of a mapped piece at once. */
void sink_window_prepare(const struct sink_window *window, uint64_t from, uint64_t to);

#endif
