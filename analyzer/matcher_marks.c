#include "matcher_marks.h"

#include <stdlib.h>

#include "matcher_group.h"
#include "model.h"

#define MARKS_ANCESTORS_MAX 64 /* a chain of parents that a hostile trace could close to a ring */

/* One past the last mark of `pid` that had begun by then; marks are in order of pid and time. */
static uint32_t marks_limit(const struct model *model, uint32_t pid, int64_t time_ns)
{
	uint32_t low = 0, high = model->marks_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct model_mark *mark = &model->marks[middle];

		if (mark->pid < pid || (mark->pid == pid && mark->begun_ns <= time_ns))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool mark_covers(const struct model_mark *mark, int64_t time_ns)
{
	return mark->ended_ns == TIME_NONE || mark->ended_ns > time_ns;
}

static uint32_t mark_at(const struct model *model, uint32_t pid, int64_t time_ns)
{
	uint32_t limit = marks_limit(model, pid, time_ns);
	uint32_t mark = limit > 0 && model->marks[limit - 1].pid == pid ? limit - 1 : MODEL_NONE;

	while (mark != MODEL_NONE && !mark_covers(&model->marks[mark], time_ns))
		mark = model->marks[mark].enclosing;
	return mark;
}

/* The only pid that has marks and no row; 0: none, or more than one. */
static uint32_t marks_shell(const struct model *model)
{
	uint32_t pid = 0;

	for (uint32_t i = 0; i < model->marks_count; i++) {
		const struct model_mark *mark = &model->marks[i];

		if (mark->process != MODEL_NONE || mark->pid == pid)
			continue;
		if (pid != 0)
			return 0;
		pid = mark->pid;
	}
	return pid;
}

static uint32_t socket_mark(const struct model *model, const struct model_socket *socket,
			    uint32_t shell)
{
	uint32_t process = socket->process, mark = MODEL_NONE, above = 0;

	for (int i = 0; i < MARKS_ANCESTORS_MAX && process != MODEL_NONE; i++) {
		const struct model_process *row = &model->processes[process];

		mark = mark_at(model, row->pid, socket->created_ns);
		if (mark != MODEL_NONE)
			return mark;
		above = row->parent_pid;
		process = row->parent;
	}
	mark = mark_at(model, above, socket->created_ns);
	if (mark == MODEL_NONE && shell != 0)
		mark = mark_at(model, shell, socket->created_ns);
	return mark;
}

static bool mark_pair(const void *context, uint32_t index, uint32_t *mark, uint32_t *socket)
{
	const struct model *model = context;

	*mark = model->socket_marks[index];
	*socket = index;
	return *mark != MODEL_NONE;
}

static bool marks_group(struct model *model)
{
	struct matcher_group sockets = {0};
	bool is_done = matcher_group_init(&sockets, model->marks_count, model->sockets_count,
					  mark_pair, model);

	for (uint32_t i = 0; is_done && i < model->marks_count; i++) {
		model->marks[i].first_socket = sockets.firsts[i];
		model->marks[i].socket_count = sockets.firsts[i + 1] - sockets.firsts[i];
	}
	free(sockets.firsts);
	model->mark_sockets = sockets.values;
	return is_done;
}

bool matcher_marks(struct model *model)
{
	uint32_t shell = marks_shell(model);

	if (model->marks_count == 0)
		return true;
	model->socket_marks = malloc(((size_t)model->sockets_count + 1) * sizeof(uint32_t));
	if (model->socket_marks == NULL)
		return false;
	for (uint32_t i = 0; i < model->sockets_count; i++)
		model->socket_marks[i] = socket_mark(model, &model->sockets[i], shell);
	return marks_group(model);
}
