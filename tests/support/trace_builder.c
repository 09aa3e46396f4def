#include "trace_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define BUILDER_CAPACITY ((size_t)64 << 20)

static void builder_require(int is_true, const char *what)
{
	if (!is_true) {
		fprintf(stderr, "trace_builder: %s\n", what);
		abort();
	}
}

void trace_builder_init(struct trace_builder *builder, uint32_t pid, uint64_t started_ns)
{
	struct trace_file_header *header;

	memset(builder, 0, sizeof(*builder));
	builder->capacity_bytes = BUILDER_CAPACITY;
	builder->bytes = mmap(NULL, builder->capacity_bytes, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	builder_require(builder->bytes != MAP_FAILED, "no memory");
	header = trace_builder_header(builder);
	memcpy(header->magic, TRACE_MAGIC, sizeof(header->magic));
	header->version = TRACE_VERSION;
	header->header_size_bytes = sizeof(*header);
	header->byte_order = TRACE_BYTE_ORDER;
	header->tail_bytes = sizeof(*header);
	header->started_ns = started_ns;
	header->started_realtime_ns = UINT64_C(1700000000000000000) + started_ns;
	header->pid = pid;
	header->parent_pid = 1;
}

void trace_builder_release(struct trace_builder *builder)
{
	munmap(builder->bytes, builder->capacity_bytes);
}

struct trace_file_header *trace_builder_header(struct trace_builder *builder)
{
	return (struct trace_file_header *)(void *)builder->bytes;
}

size_t trace_builder_size(const struct trace_builder *builder)
{
	return ((const struct trace_file_header *)(const void *)builder->bytes)->tail_bytes;
}

void trace_builder_save(const struct trace_builder *builder, const char *directory,
			const char *name, size_t size_bytes)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "wb");
	builder_require(file != NULL, "the file cannot be made");
	builder_require(size_bytes <= builder->capacity_bytes, "size beyond the capacity");
	builder_require(fwrite(builder->bytes, 1, size_bytes, file) == size_bytes,
			"the file cannot be written");
	builder_require(fclose(file) == 0, "the file cannot be written");
}

void *trace_builder_add(struct trace_builder *builder, unsigned int kind, size_t size_bytes)
{
	struct trace_file_header *header = trace_builder_header(builder);
	struct trace_record *record = (void *)(builder->bytes + header->tail_bytes);

	size_bytes = (size_bytes + TRACE_ALIGNMENT - 1) / TRACE_ALIGNMENT * TRACE_ALIGNMENT;
	builder_require(header->tail_bytes + size_bytes <= builder->capacity_bytes, "no room");
	record->size_bytes = (uint32_t)size_bytes;
	record->kind = (uint16_t)kind;
	header->tail_bytes += size_bytes;
	return record;
}

void *trace_builder_add_text(struct trace_builder *builder, unsigned int kind, size_t fixed_bytes,
			     const void *text, size_t text_bytes)
{
	uint8_t *record = trace_builder_add(builder, kind, fixed_bytes + text_bytes);

	if (text_bytes != 0)
		memcpy(record + fixed_bytes, text, text_bytes);
	return record;
}

/* exe NUL cwd NUL argv[0] NUL … */
static size_t command_text(char *text, size_t size, const char *exe, const char *cwd,
			   const char *const *arguments, uint32_t *argument_count)
{
	size_t used = 0;
	const char *const head[] = {exe, cwd};

	*argument_count = 0;
	for (size_t i = 0; i < 2 || arguments[i - 2] != NULL; i++) {
		const char *part = i < 2 ? head[i] : arguments[i - 2];

		builder_require(used + strlen(part) + 1 <= size, "a command is too long");
		memcpy(text + used, part, strlen(part) + 1);
		used += strlen(part) + 1;
		*argument_count += i >= 2;
	}
	return used;
}

struct trace_process *trace_builder_process(struct trace_builder *builder, const char *exe,
					    const char *cwd, const char *const *arguments)
{
	char text[4096];
	uint32_t argument_count;
	size_t size = command_text(text, sizeof(text), exe, cwd, arguments, &argument_count);
	struct trace_process *process = trace_builder_add_text(builder, TRACE_PROCESS,
							       sizeof(*process), text, size);

	process->argument_count = argument_count;
	process->text_size_bytes = (uint32_t)size;
	return process;
}

struct trace_run *trace_builder_run(struct trace_builder *builder, uint32_t child_pid,
				    uint64_t started_ns, const char *const *arguments)
{
	char text[4096];
	uint32_t argument_count;
	size_t size = command_text(text, sizeof(text), arguments[0], "/", arguments,
				   &argument_count);
	struct trace_run *run = trace_builder_add_text(builder, TRACE_RUN, sizeof(*run), text,
						       size);

	trace_builder_header(builder)->flags |= TRACE_FILE_BY_RUN;
	run->child_pid = child_pid;
	run->started_ns = started_ns;
	run->argument_count = argument_count;
	run->text_size_bytes = (uint32_t)size;
	return run;
}

struct trace_stack *trace_builder_stack(struct trace_builder *builder, const uint64_t *frames,
					uint32_t frame_count)
{
	struct trace_stack *stack = trace_builder_add_text(builder, TRACE_STACK, sizeof(*stack),
							   frames, frame_count * sizeof(*frames));

	stack->id = ++builder->ids[TRACE_STACK];
	stack->frame_count = frame_count;
	return stack;
}

struct trace_module *trace_builder_module(struct trace_builder *builder, const char *path,
					  uint64_t start, uint64_t end)
{
	struct trace_module *module = trace_builder_add_text(builder, TRACE_MODULE, sizeof(*module),
							     path, strlen(path));

	module->path_size_bytes = (uint32_t)strlen(path);
	module->start = start;
	module->end = end;
	return module;
}

struct trace_name *trace_builder_name(struct trace_builder *builder, const char *name,
				      struct trace_address address, uint64_t time_ns)
{
	struct trace_name *row = trace_builder_add_text(builder, TRACE_NAME, sizeof(*row), name,
							strlen(name));

	row->name_size_bytes = (uint32_t)strlen(name);
	row->address = address;
	row->time_ns = time_ns;
	return row;
}

struct trace_lost *trace_builder_lost(struct trace_builder *builder, enum trace_lost_reason reason,
				      uint64_t count)
{
	struct trace_lost *lost = trace_builder_add(builder, TRACE_LOST, sizeof(*lost));

	lost->reason = reason;
	trace_builder_header(builder)->lost[reason] = count;
	return lost;
}

struct trace_note *trace_builder_note(struct trace_builder *builder, const char *text,
				      uint32_t is_gap)
{
	struct trace_note *note = trace_builder_add_text(builder, TRACE_NOTE, sizeof(*note), text,
							 strlen(text));

	note->text_size_bytes = (uint32_t)strlen(text);
	note->is_gap = is_gap;
	return note;
}

struct trace_child *trace_builder_child(struct trace_builder *builder, uint32_t pid,
					enum trace_child_kind what, const char *path)
{
	struct trace_child *child = trace_builder_add_text(builder, TRACE_CHILD, sizeof(*child),
							   path, strlen(path));

	child->path_size_bytes = (uint32_t)strlen(path);
	child->pid = pid;
	child->what = what;
	return child;
}

struct trace_exec *trace_builder_exec(struct trace_builder *builder, const char *path,
				      uint64_t time_ns)
{
	struct trace_exec *exec = trace_builder_add_text(builder, TRACE_EXEC, sizeof(*exec), path,
							 strlen(path));

	exec->path_size_bytes = (uint32_t)strlen(path);
	exec->time_ns = time_ns;
	return exec;
}

struct trace_string *trace_builder_string(struct trace_builder *builder, const char *text)
{
	struct trace_string *string = trace_builder_add_text(builder, TRACE_STRING, sizeof(*string),
							     text, strlen(text));

	string->id = ++builder->ids[TRACE_STRING];
	string->size_bytes = (uint32_t)strlen(text);
	return string;
}

struct trace_code *trace_builder_code(struct trace_builder *builder, const char *file,
				      const char *function, uint32_t line)
{
	uint32_t file_id = trace_builder_string(builder, file)->id;
	uint32_t function_id = trace_builder_string(builder, function)->id;
	struct trace_code *code = trace_builder_add(builder, TRACE_CODE, sizeof(*code));

	code->id = ++builder->ids[TRACE_CODE];
	code->file = file_id;
	code->function = function_id;
	code->line = line;
	return code;
}
