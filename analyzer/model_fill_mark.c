#include "model_loader.h"

#include <stdlib.h>
#include <string.h>

void model_fill_mark(struct model_loader *loader, struct model_file *file,
		     const struct trace_mark *record)
{
	struct model *model = loader->model;

	if (!model_memory_grow(model->memory, &loader->marks, loader->mark_count,
			       sizeof(*loader->marks)))
		return;
	loader->marks[loader->mark_count++] = (struct model_mark_record){
		.pid = record->pid,
		.what = record->what <= TRACE_MARK_POINT ? (enum trace_mark_kind)record->what : 0,
		.time_ns = model_time(model, record->time_ns),
		.name = model_file_string(file, record->name),
	};
}

static int records_compare(const void *left, const void *right)
{
	const struct model_mark_record *a = left, *b = right;

	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	/* two marks within one tick of the clock: what ends makes room for what begins */
	return (a->what == TRACE_MARK_BEGIN) - (b->what == TRACE_MARK_BEGIN);
}

static uint32_t process_of(const struct model *model, uint32_t pid)
{
	for (uint32_t i = 0; i < model->processes_count; i++) {
		if (model->processes[i].pid == pid)
			return i;
	}
	return MODEL_NONE;
}

/* The innermost that is open and has this name, from `open` outwards. */
static uint32_t mark_find(const struct model *model, uint32_t open, const char *name)
{
	while (open != MODEL_NONE && strcmp(model->marks[open].name, name) != 0)
		open = model->marks[open].enclosing;
	return open;
}

/* Which of those that are open is now the innermost: those that ended are passed over. */
static uint32_t mark_still_open(const struct model *model, uint32_t open)
{
	while (open != MODEL_NONE && model->marks[open].ended_ns != TIME_NONE)
		open = model->marks[open].enclosing;
	return open;
}

static void mark_add(struct model *model, const struct model_mark_record *record,
		     uint32_t enclosing)
{
	if (!model_memory_grow(model->memory, &model->marks, model->marks_count,
			       sizeof(*model->marks)))
		return;
	model->marks[model->marks_count++] = (struct model_mark){
		.process = process_of(model, record->pid),
		.pid = record->pid,
		.enclosing = enclosing,
		.name = record->name,
		.begun_ns = record->time_ns,
		.ended_ns = record->what == TRACE_MARK_POINT ? record->time_ns : TIME_NONE,
	};
}

void model_pair_marks(struct model_loader *loader)
{
	struct model *model = loader->model;
	uint32_t open = MODEL_NONE;

	if (loader->mark_count > 1)
		qsort(loader->marks, loader->mark_count, sizeof(*loader->marks), records_compare);
	for (size_t i = 0; i < loader->mark_count; i++) {
		const struct model_mark_record *record = &loader->marks[i];
		uint32_t found;

		if (i > 0 && loader->marks[i - 1].pid != record->pid)
			open = MODEL_NONE;
		if (record->what == TRACE_MARK_END) {
			found = mark_find(model, open, record->name);
			if (found != MODEL_NONE)
				model->marks[found].ended_ns = record->time_ns;
		} else if (record->what != 0) {
			mark_add(model, record, open);
			open = model->marks_count - 1;
		}
		open = mark_still_open(model, open);
	}
}
