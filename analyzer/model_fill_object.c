#include "model_loader.h"

#include <string.h>

#define LIVE(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)

/*
 * Row for a record with an id, when it is the one that the scan gave that row to; else MODEL_NONE:
 * the id is a repeated one, or the record was committed after the scan.
 */
static uint32_t own_row(struct model_file *file, enum model_id_kind kind, uint32_t id,
			uint32_t filled)
{
	uint32_t row = model_ids_find(&file->ids[kind], id);

	return row != MODEL_NONE && file->first_rows[kind] + row == filled ? filled : MODEL_NONE;
}

void model_fill_stack(struct model_loader *loader, struct model_file *file,
		      const struct trace_stack *record)
{
	struct model *model = loader->model;
	uint32_t row = own_row(file, MODEL_ID_STACK, record->id, model->stacks_count);
	size_t size_bytes;
	const char *text = reader_text(&record->record, &size_bytes);

	if (row == MODEL_NONE)
		return;
	model->stacks_count++;
	model->stacks[row].process = file->process;
	model->stacks[row].time_ns = model_time(model, record->time_ns);
	model->stacks[row].frames = (const void *)text;
	model->stacks[row].frame_count = (uint32_t)(size_bytes / sizeof(uint64_t));
}

void model_fill_code(struct model_loader *loader, struct model_file *file,
		     const struct trace_code *record)
{
	struct model *model = loader->model;
	uint32_t row = own_row(file, MODEL_ID_CODE, record->id, model->codes_count);

	if (row == MODEL_NONE)
		return;
	model->codes_count++;
	model->codes[row].process = file->process;
	model->codes[row].id = record->id;
	model->codes[row].id = record->id;
	model->codes[row].file = model_file_string(file, record->file);
	model->codes[row].function = model_file_string(file, record->function);
	model->codes[row].line = record->line;
}

void model_fill_module(struct model_loader *loader, struct model_file *file,
		       const struct trace_module *record)
{
	struct model *model = loader->model;
	struct model_module *row = &model->modules[model->modules_count];
	size_t size_bytes;
	const char *text = reader_text(&record->record, &size_bytes);
	uint32_t id_size = record->build_id_size_bytes;

	if (model->modules_count == file->module_limit || id_size > size_bytes)
		return;
	model->modules_count++;
	row->process = file->process;
	row->start = record->start;
	row->end = record->end;
	row->load_bias = record->load_bias;
	row->loaded_ns = model_time(model, record->loaded_ns);
	row->unloaded_ns = model_time(model, LIVE(record->unloaded_ns));
	row->build_id = (const uint8_t *)text;
	row->build_id_size_bytes = id_size;
	row->path = model_memory_text(model->memory, text + id_size, size_bytes - id_size);
}

void model_fill_name(struct model_loader *loader, struct model_file *file,
		     const struct trace_name *record)
{
	struct model_name name = {
		.process = file->process,
		.family = record->address.family,
		.port = record->address.port,
		.time_ns = model_time(loader->model, record->time_ns),
	};
	size_t size_bytes;
	const char *text = reader_text(&record->record, &size_bytes);

	memcpy(name.bytes, record->address.bytes, sizeof(name.bytes));
	name.name = model_memory_text(loader->model->memory, text, size_bytes);
	model_name_add(loader, &name);
}

void model_fill_object(struct model_loader *loader, struct model_file *file,
		       const struct trace_object *record)
{
	struct model *model = loader->model;
	uint32_t row = own_row(file, MODEL_ID_OBJECT, record->id, model->objects_count);
	struct model_object *object = &model->objects[row == MODEL_NONE ? 0 : row];
	uint32_t end = __atomic_load_n(&record->end, __ATOMIC_ACQUIRE);

	if (row == MODEL_NONE)
		return;
	model->objects_count++;
	object->process = file->process;
	object->class_name = model_class_name(loader, model_file_string(file, record->class_name));
	object->number = record->number;
	object->role = record->role <= TRACE_ROLE_CONNECTION ? (enum trace_role)record->role : 0;
	object->runtime = record->runtime <= TRACE_RUNTIME_C ? (enum trace_runtime)record->runtime
							     : 0;
	object->flags = LIVE(record->flags);
	object->parent = model_file_row(file, MODEL_ID_OBJECT, record->parent);
	object->created_ns = model_time(model, record->created_ns);
	object->constructed_ns = model_time(model, LIVE(record->constructed_ns));
	object->created_stack = model_file_row(file, MODEL_ID_STACK, record->created_stack);
	object->created_tid = record->created_tid;
	object->ended_ns = TIME_NONE;
	if (end == 0 || end > TRACE_OBJECT_END_CALL)
		return;
	object->end = (enum trace_object_end)end;
	object->ended_ns = model_time(model, LIVE(record->ended_ns));
	object->ended_tid = record->ended_tid;
}

void model_fill_link(struct model_loader *loader, struct model_file *file,
		     const struct trace_link *record)
{
	struct model *model = loader->model;
	uint32_t socket = model_file_row(file, MODEL_ID_SOCKET, record->socket);
	uint32_t object = model_file_row(file, MODEL_ID_OBJECT, record->object);
	struct model_link *row = &model->links[model->links_count];

	if (socket == MODEL_NONE || object == MODEL_NONE || model->links_count == file->link_limit)
		return;
	model->links_count++;
	row->socket = socket;
	row->object = object;
	row->time_ns = model_time(model, record->time_ns);
	row->what = (enum trace_link_kind)record->what;
	if (record->match <= TRACE_MATCH_THREAD)
		row->match = (enum trace_match)record->match;
	row->rank = record->rank < UINT16_MAX ? (uint16_t)record->rank : UINT16_MAX;
	row->tid = record->tid;
}

/* The OBJECT stands before it. */
void model_fill_overlap(struct model_loader *loader, struct model_file *file,
			const struct trace_overlap *record)
{
	struct model *model = loader->model;
	uint32_t object = model_file_row(file, MODEL_ID_OBJECT, record->object);

	if (object == MODEL_NONE || object >= model->objects_count ||
	    model->objects[object].overlap != 0 ||
	    !model_memory_grow(model->memory, &model->overlaps, model->overlaps_count,
			       sizeof(*model->overlaps)))
		return;
	model->overlaps[model->overlaps_count++] = (struct model_overlap){
		.stack = model_file_row(file, MODEL_ID_STACK, record->stack),
		.time_ns = model_time(model, record->time_ns),
		.tid = record->tid,
		.other_tid = record->other_tid,
	};
	model->objects[object].overlap = model->overlaps_count;
}
