#include "model_loader.h"

#include <stdlib.h>

void model_fill_snapshot(struct model_loader *loader, struct model_file *file,
			 const struct trace_snapshot *record)
{
	struct model *model = loader->model;

	if (!model_memory_grow(model->memory, &model->snapshots, model->snapshots_count,
			       sizeof(*model->snapshots)))
		return;
	model->snapshots[model->snapshots_count++] = (struct model_snapshot){
		.process = file->process,
		.id = record->id,
		.reason = record->reason <= TRACE_SNAPSHOT_ERRNO
				  ? (enum trace_snapshot_reason)record->reason
				  : 0,
		.value = record->value,
		.time_ns = model_time(model, record->time_ns),
		.held_count = record->held_count,
		.stack = model_file_row(file, MODEL_ID_STACK, record->stack),
	};
}

void model_fill_held(struct model_loader *loader, struct model_file *file,
		     const struct trace_held *record)
{
	struct model *model = loader->model;
	uint32_t socket = model_file_row(file, MODEL_ID_SOCKET, record->socket);

	if (socket == MODEL_NONE || !model_memory_grow(model->memory, &model->helds,
						       model->helds_count, sizeof(*model->helds)))
		return;
	model->helds[model->helds_count++] = (struct model_held){
		.snapshot = record->snapshot,
		.socket = socket,
		.flags = record->flags,
		.bytes_sent = record->bytes_sent,
		.bytes_received = record->bytes_received,
		.sends = record->sends,
		.receives = record->receives,
		.last_io_ns = model_time(model, record->last_io_ns),
		.longest_idle_ns = model_duration(record->longest_idle_ns),
	};
}

static int snapshots_compare(const void *left, const void *right)
{
	const struct model_snapshot *a = left, *b = right;

	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	if (a->process != b->process)
		return a->process < b->process ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

void model_order_snapshots(struct model *model)
{
	if (model->snapshots_count > 1)
		qsort(model->snapshots, model->snapshots_count, sizeof(*model->snapshots),
		      snapshots_compare);
}
