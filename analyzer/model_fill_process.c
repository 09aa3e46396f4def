#include "model_loader.h"

#include <string.h>

static const char *next_text(struct model *model, const char **text, size_t *size_bytes)
{
	size_t length = strnlen(*text, *size_bytes);
	const char *copy = model_memory_text(model->memory, *text, length);
	size_t step = length < *size_bytes ? length + 1 : length;

	*text += step;
	*size_bytes -= step;
	return copy;
}

/* exe NUL cwd NUL argv[0] NUL …; what is cut off ends there */
void model_fill_command(struct model_loader *loader, struct model_process *process,
			const struct trace_record *record, uint32_t argument_count)
{
	struct model *model = loader->model;
	size_t size_bytes;
	const char *text = reader_text(record, &size_bytes);
	const char **arguments;
	uint32_t count = 0;

	process->exe = next_text(model, &text, &size_bytes);
	process->cwd = next_text(model, &text, &size_bytes);
	if (argument_count > size_bytes)
		argument_count = (uint32_t)size_bytes;
	arguments = model_memory_take(model->memory, (argument_count + 1u) * sizeof(*arguments));
	if (arguments == NULL)
		return;
	while (count < argument_count && size_bytes > 0)
		arguments[count++] = next_text(model, &text, &size_bytes);
	process->arguments = arguments;
}

static enum trace_process_end process_end(uint32_t end)
{
	return end <= TRACE_PROCESS_END_EXEC ? (enum trace_process_end)end : 0;
}

static void fill_by_run(struct model_loader *loader, const struct model_file *file,
			struct model_process *process)
{
	process->by_run = true;
	process->pid = file->run->child_pid;
	process->parent_pid = file->reader->header->pid;
	model_fill_command(loader, process, &file->run->record, file->run->argument_count);
}

/* The header's part of a process's row, or all of one that only run knows. */
void model_fill_process(struct model_loader *loader, const struct model_file *file)
{
	static const char *no_arguments[] = {NULL};
	const struct trace_file_header *header = file->reader->header;
	struct model_process *process = &loader->model->processes[file->process];

	process->file = file->reader->path;
	process->parent = MODEL_NONE;
	process->exe = "";
	process->cwd = "";
	process->arguments = no_arguments;
	process->runtime = "native";
	process->started_ns = file->started_ns == 0 ? 0
						    : model_time(loader->model, file->started_ns);
	process->ended_ns = TIME_NONE;
	process->status = -1;
	process->first_socket = file->first_rows[MODEL_ID_SOCKET];
	process->first_object = file->first_rows[MODEL_ID_OBJECT];
	process->socket_count = file->ids[MODEL_ID_SOCKET].count;
	process->object_count = file->ids[MODEL_ID_OBJECT].count;
	if (file->is_run) {
		fill_by_run(loader, file, process);
		return;
	}
	process->pid = header->pid;
	process->parent_pid = header->parent_pid;
	process->is_forked = header->forked_from != 0;
	process->by_parent = (header->flags & TRACE_FILE_BY_PARENT) != 0;
	process->end = process_end(__atomic_load_n(&header->end, __ATOMIC_ACQUIRE));
	process->is_live = process->end == 0 && file->reader->writer == READER_WRITER_THERE;
	process->is_perhaps_live = process->end == 0 &&
				   file->reader->writer == READER_WRITER_UNKNOWN;
	if (process->end == 0)
		return;
	process->ended_ns = model_time(loader->model, header->ended_ns);
	if (process->end == TRACE_PROCESS_END_EXIT)
		process->status = header->status;
	if (process->end == TRACE_PROCESS_END_SIGNAL)
		process->signal_number = header->signal_number;
}
