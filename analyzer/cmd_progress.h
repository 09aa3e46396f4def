/*
 * A bar on stderr for work that takes longer than a second: only where stderr is a terminal, drawn
 * by a thread of its own, and gone without a trace when the work is done.
 */
#ifndef SOCKLIFE_CMD_PROGRESS_H
#define SOCKLIFE_CMD_PROGRESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "progress.h"

struct cmd_progress {
	struct progress progress;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	bool has_thread, has_ended;
};

/* Returns what the work is to tell: NULL when nobody would see it. */
struct progress *cmd_progress_start(struct cmd_progress *bar);
/* Before anything else is written to the terminal. Harmless when there is no bar. */
void cmd_progress_stop(struct cmd_progress *bar);

/* The bar as text without control characters, at most `width` columns. */
void cmd_progress_draw(uint32_t per_mille, unsigned int width, char *text, size_t size);

#endif
