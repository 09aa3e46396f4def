#include "cmd_progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "terminal.h"

#define PATIENCE_MS 1000
#define REDRAW_MS   100
#define BAR_WIDTH   40u
#define LABEL       "socklife: reporting "
#define ERASE       "\r\033[K" /* ECMA-48: erase in line */

void cmd_progress_draw(uint32_t per_mille, unsigned int width, char *text, size_t size)
{
	unsigned int beside = (unsigned int)strlen(LABEL "[] 100 %");
	unsigned int cells = width > beside + 1 ? width - beside - 1 : 0, full;
	char bar[BAR_WIDTH + 1];

	if (cells > BAR_WIDTH)
		cells = BAR_WIDTH;
	full = cells * per_mille / 1000;
	memset(bar, '.', sizeof bar);
	memset(bar, '#', full);
	bar[cells] = '\0';
	snprintf(text, size, LABEL "[%s] %3u %%", bar, per_mille / 10);
}

static void bar_print(const struct cmd_progress *bar)
{
	struct terminal terminal;
	char text[128];

	terminal_init(&terminal, stderr);
	cmd_progress_draw(progress_per_mille(&bar->progress), terminal.width, text, sizeof text);
	fprintf(stderr, ERASE "%s", text);
	fflush(stderr);
}

/* Returns true when the work has ended before the time was over. The lock is held. */
static bool bar_wait(struct cmd_progress *bar, long duration_ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += duration_ms / 1000;
	until.tv_nsec += duration_ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	while (!bar->has_ended &&
	       pthread_cond_clockwait(&bar->ended, &bar->lock, CLOCK_MONOTONIC, &until) == 0)
		continue;
	return bar->has_ended;
}

static void *bar_run(void *context)
{
	struct cmd_progress *bar = context;

	pthread_mutex_lock(&bar->lock);
	if (!bar_wait(bar, PATIENCE_MS)) {
		do
			bar_print(bar);
		while (!bar_wait(bar, REDRAW_MS));
		fputs(ERASE, stderr);
		fflush(stderr);
	}
	pthread_mutex_unlock(&bar->lock);
	return NULL;
}

static bool is_watched(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
}

struct progress *cmd_progress_start(struct cmd_progress *bar)
{
	memset(bar, 0, sizeof *bar);
	if (!is_watched())
		return NULL;
	pthread_mutex_init(&bar->lock, NULL);
	pthread_cond_init(&bar->ended, NULL);
	bar->has_thread = pthread_create(&bar->thread, NULL, bar_run, bar) == 0;
	return bar->has_thread ? &bar->progress : NULL;
}

void cmd_progress_stop(struct cmd_progress *bar)
{
	if (!bar->has_thread)
		return;
	pthread_mutex_lock(&bar->lock);
	bar->has_ended = true;
	pthread_cond_signal(&bar->ended);
	pthread_mutex_unlock(&bar->lock);
	pthread_join(bar->thread, NULL);
	bar->has_thread = false;
}
