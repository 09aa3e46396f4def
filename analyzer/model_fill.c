#include "model_loader.h"

#include <string.h>

#define LIVE(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)

static void fill_child(struct model_loader *loader, struct model_file *file,
		       const struct trace_child *record)
{
	struct model *model = loader->model;
	size_t size_bytes;
	const char *text = reader_text(&record->record, &size_bytes);

	if (!model_memory_grow(model->memory, &model->children, model->children_count,
			       sizeof(*model->children)))
		return;
	model->children[model->children_count++] = (struct model_child){
		.process = file->process,
		.pid = record->pid,
		.what = record->what <= TRACE_CHILD_ENDED ? (enum trace_child_kind)record->what : 0,
		.status = record->status,
		.time_ns = model_time(model, record->time_ns),
		.path = model_memory_text(model->memory, text, size_bytes),
	};
}

static void fill_note(struct model_loader *loader, struct model_file *file,
		      const struct trace_note *record)
{
	size_t size_bytes;
	const char *text = reader_text(&record->record, &size_bytes);

	model_note_add(loader->model, file->process, record->is_gap != 0,
		       model_memory_text(loader->model->memory, text, size_bytes));
}

static void fill_lost(struct model_file *file, const struct trace_lost *record)
{
	if (record->reason < TRACE_LOST_REASON_COUNT && file->loss_errors[record->reason] == 0)
		file->loss_errors[record->reason] = record->error;
}

/* An exec that failed has returned, and the process goes on: its error is not 0. */
static void fill_exec(struct model_file *file, const struct trace_exec *record)
{
	if (LIVE(record->error) == 0 && record->time_ns > file->exec_ns)
		file->exec_ns = record->time_ns;
}

/* What sockets and objects refer to, or are told of. */
static void fill_referred(struct model_loader *loader, struct model_file *file,
			  const struct trace_record *record)
{
	const void *any = record;

	switch (record->kind) {
	case TRACE_STACK:
		model_fill_stack(loader, file, any);
		break;
	case TRACE_MODULE:
		model_fill_module(loader, file, any);
		break;
	case TRACE_NAME:
		model_fill_name(loader, file, any);
		break;
	case TRACE_CODE:
		model_fill_code(loader, file, any);
		break;
	case TRACE_NOTE:
		fill_note(loader, file, any);
		break;
	case TRACE_LOST:
		fill_lost(file, any);
		break;
	case TRACE_SNAPSHOT:
		model_fill_snapshot(loader, file, any);
		break;
	case TRACE_HELD:
		model_fill_held(loader, file, any);
		break;
	case TRACE_MARK:
		model_fill_mark(loader, file, any);
		break;
	case TRACE_OVERLAP:
		model_fill_overlap(loader, file, any);
		break;
	default:
		break;
	}
}

static void fill_record(struct model_loader *loader, struct model_file *file,
			const struct trace_record *record)
{
	const void *any = record;
	const struct trace_process *process = any;

	switch (record->kind) {
	case TRACE_PROCESS:
		model_fill_command(loader, &loader->model->processes[file->process], record,
				   process->argument_count);
		break;
	case TRACE_CONNECT:
		model_fill_connect(loader, file, any);
		break;
	case TRACE_ADDRESS:
		model_fill_address(loader, file, any);
		break;
	case TRACE_EVENT:
		model_fill_event(loader, file, any);
		break;
	case TRACE_OBJECT:
		model_fill_object(loader, file, any);
		break;
	case TRACE_LINK:
		model_fill_link(loader, file, any);
		break;
	case TRACE_CHILD:
		fill_child(loader, file, any);
		break;
	case TRACE_EXEC:
		fill_exec(file, any);
		break;
	default:
		fill_referred(loader, file, record);
		break;
	}
}

/* Of run's own file only remarks about coverage are read: it records no process. */
static void fill_run_record(struct model_loader *loader, struct model_file *file,
			    const struct trace_record *record)
{
	const void *any = record;

	if (record->kind == TRACE_NOTE)
		fill_note(loader, file, any);
	else if (record->kind == TRACE_LOST)
		fill_lost(file, any);
}

static void fill_marker_record(struct model_loader *loader, struct model_file *file,
			       const struct trace_record *record)
{
	if (record->kind == TRACE_MARK)
		model_fill_mark(loader, file, (const void *)record);
}

static void fill_losses(struct model_loader *loader, const struct model_file *file)
{
	const struct trace_file_header *header = file->reader->header;
	struct model *model = loader->model;

	for (uint32_t reason = 0; reason < TRACE_LOST_REASON_COUNT; reason++) {
		uint64_t count = LIVE(header->lost[reason]);

		if (count == 0 || !model_memory_grow(model->memory, &model->losses,
						     model->losses_count, sizeof(*model->losses)))
			continue;
		model->losses[model->losses_count++] = (struct model_lost){
			.process = file->process,
			.reason = (enum trace_lost_reason)reason,
			.count = count,
			.error = file->loss_errors[reason],
		};
	}
}

static void fill_sockets(struct model_loader *loader, struct model_file *file)
{
	model_connects_order(loader, file);
	for (uint32_t i = 0; i < file->ids[MODEL_ID_SOCKET].count; i++) {
		const void *record = file->reader->bytes + file->socket_offsets[i];

		model_fill_socket(loader, file, file->first_rows[MODEL_ID_SOCKET] + i, record);
	}
	loader->model->sockets_count += file->ids[MODEL_ID_SOCKET].count;
}

void model_file_fill(struct model_loader *loader, struct model_file *file)
{
	struct model *model = loader->model;
	const struct trace_record *record;
	uint32_t count = 0;

	if (file->process != MODEL_NONE)
		model_fill_process(loader, file);
	file->event_limit = model->events_count + file->event_count;
	file->link_limit = model->links_count + file->link_count;
	file->module_limit = model->modules_count + file->module_count;
	if (!model_connects_init(loader, file))
		return;
	reader_rewind(file->reader);
	while (reader_next(file->reader, &record) == STATUS_OK) {
		if (++count % PROGRESS_STRIDE == 0)
			model_progress(loader, file, PROGRESS_FILL);
		if (file->is_run)
			fill_run_record(loader, file, record);
		else if (file->is_marker)
			fill_marker_record(loader, file, record);
		else
			fill_record(loader, file, record);
	}
	model->uncommitted_records += file->reader->uncommitted_records;
	fill_sockets(loader, file);
	fill_losses(loader, file);
	model_connects_release(file);
}
