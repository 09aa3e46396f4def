#include "symbols.h"

#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "symbols_demangle.h"
#include "symbols_files.h"
#include "symbols_own.h"

struct resolved_stack {
	struct frame *frames;
	size_t count;
	const struct frame *own; /* see symbols_own_frame() */
	bool is_resolved;
};

struct symbols {
	const struct model *model;
	struct demangler demangler;
	struct symbols_files *files;
	struct resolved_stack *stacks; /* by stack index */
	uint32_t *first_codes;         /* by process index: its first row of model.codes */
};

/* Frames while a stack is being resolved: inlined calls make it longer than it was recorded. */
struct growing {
	struct frame *frames;
	size_t count, capacity;
};

static void symbols_index_codes(struct symbols *symbols)
{
	const struct model *model = symbols->model;

	for (uint32_t i = 0; i < model->processes_count; i++)
		symbols->first_codes[i] = MODEL_NONE;
	for (uint32_t i = model->codes_count; i-- > 0;) {
		if (model->codes[i].process < model->processes_count)
			symbols->first_codes[model->codes[i].process] = i;
	}
}

enum status symbols_new(struct symbols **symbols, const struct model *model, struct error *error)
{
	struct symbols *made = calloc(1, sizeof(*made));

	*symbols = made;
	if (made == NULL)
		return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
	made->model = model;
	demangler_init(&made->demangler);
	made->stacks = calloc((size_t)model->stacks_count + 1, sizeof(*made->stacks));
	made->first_codes = calloc((size_t)model->processes_count + 1, sizeof(*made->first_codes));
	made->files = symbols_files_new(model, &made->demangler);
	if (made->stacks == NULL || made->first_codes == NULL || made->files == NULL) {
		symbols_free(made);
		*symbols = NULL;
		return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
	}
	symbols_index_codes(made);
	return STATUS_OK;
}

void symbols_free(struct symbols *symbols)
{
	if (symbols == NULL)
		return;
	if (symbols->stacks != NULL) {
		for (uint32_t i = 0; i < symbols->model->stacks_count; i++)
			free(symbols->stacks[i].frames);
	}
	free(symbols->stacks);
	free(symbols->first_codes);
	symbols_files_free(symbols->files);
	demangler_release(&symbols->demangler);
	free(symbols);
}

static bool growing_add(struct growing *growing, const struct frame *frames, size_t count)
{
	size_t capacity = growing->capacity;
	struct frame *grown;

	if (count == 0)
		return true;
	while (capacity - growing->count < count)
		capacity = capacity * 2 + 16;
	if (capacity != growing->capacity) {
		grown = reallocarray(growing->frames, capacity, sizeof(*grown));
		if (grown == NULL)
			return false;
		growing->frames = grown;
		growing->capacity = capacity;
	}
	memcpy(growing->frames + growing->count, frames, count * sizeof(*frames));
	growing->count += count;
	return true;
}

static const char *text_or_null(const char *text)
{
	return text != NULL && text[0] != '\0' ? text : NULL;
}

/* Rows stand in the order of their ids, but for those that two threads wrote at the same time. */
static const struct model_code *symbols_code(const struct symbols *symbols, uint32_t process,
					     uint32_t id)
{
	const struct model *model = symbols->model;
	uint32_t first = symbols->first_codes[process];
	uint64_t likely = (uint64_t)first + id - 1;

	if (first == MODEL_NONE || id == 0)
		return NULL;
	if (likely < model->codes_count && model->codes[likely].process == process &&
	    (model->codes[likely].id == id || model->codes[likely].id == 0))
		return &model->codes[likely];
	for (uint32_t i = first; i < model->codes_count && model->codes[i].process == process;
	     i++) {
		if (model->codes[i].id == id)
			return &model->codes[i];
	}
	return NULL;
}

static struct frame symbols_interpreted(const struct symbols *symbols,
					const struct model_stack *stack, uint64_t address)
{
	const struct model_code *code = symbols_code(symbols, stack->process,
						     TRACE_FRAME_CODE(address));
	struct frame frame = {.line = TRACE_FRAME_LINE(address)};

	if (code != NULL) {
		frame.function = text_or_null(code->function);
		frame.file = text_or_null(code->file);
	}
	return frame;
}

static bool is_recorder(const char *module)
{
	const char *slash = strrchr(module, '/');

	return strncmp(slash != NULL ? slash + 1 : module, "libsocklife.so",
		       strlen("libsocklife.so")) == 0;
}

static bool symbols_add_frame(struct symbols *symbols, const struct model_stack *stack,
			      uint64_t address, struct growing *growing)
{
	struct frame unknown = {.is_native = true, .offset = address};
	const struct frame *frames;
	const struct model_module *module;
	size_t count;

	if ((address & TRACE_FRAME_INTERPRETED) != 0) {
		struct frame frame = symbols_interpreted(symbols, stack, address);

		return growing_add(growing, &frame, 1);
	}
	module = symbols_files_module(symbols->files, stack, address);
	if (module == NULL)
		return growing_add(growing, &unknown, 1);
	if (is_recorder(module->path))
		return true;
	frames = symbols_files_frames(symbols->files, module, address - module->load_bias, &count);
	return frames != NULL && growing_add(growing, frames, count);
}

static void symbols_resolve(struct symbols *symbols, const struct model_stack *stack,
			    struct resolved_stack *resolved)
{
	struct growing growing = {NULL, 0, 0};

	resolved->is_resolved = true;
	if (stack->process >= symbols->model->processes_count)
		return;
	for (uint32_t i = 0; i < stack->frame_count; i++) {
		/* Without memory for all, what has been found is still true. */
		if (!symbols_add_frame(symbols, stack, stack->frames[i], &growing))
			break;
	}
	resolved->frames = growing.frames;
	resolved->count = growing.count;
	if (growing.count != 0)
		resolved->own = symbols_own_choose(growing.frames, growing.count,
						   symbols->model->processes[stack->process].exe);
}

size_t symbols_stack(struct symbols *symbols, uint32_t stack, const struct frame **frames)
{
	struct resolved_stack *resolved;

	*frames = NULL;
	if (stack >= symbols->model->stacks_count)
		return 0;
	resolved = &symbols->stacks[stack];
	if (!resolved->is_resolved)
		symbols_resolve(symbols, &symbols->model->stacks[stack], resolved);
	*frames = resolved->frames;
	return resolved->count;
}

const struct frame *symbols_own_frame(struct symbols *symbols, uint32_t stack)
{
	const struct frame *frames;

	return symbols_stack(symbols, stack, &frames) != 0 ? symbols->stacks[stack].own : NULL;
}
