#include "symbols_files.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1 /* uthash would exit the program */
#include <uthash.h>

#include "model.h"
#include "symbols_file.h"

struct entry {
	struct symbols_file *file;
	UT_hash_handle hh;
	char key[]; /* path NUL build id */
};

struct symbols_files {
	const struct model *model;
	struct demangler *demangler;
	struct entry *entries;
	struct symbols_file **by_module; /* by module index; NULL until needed */
	uint32_t *order;                 /* module indices by process, then by record */
	uint32_t *first;                 /* by process index: where its modules begin in order */
};

/* A counting sort: rows of a process need not be neighbours. */
static void files_order_modules(struct symbols_files *files)
{
	const struct model *model = files->model;
	uint32_t total = 0;

	for (uint32_t i = 0; i < model->modules_count; i++) {
		if (model->modules[i].process < model->processes_count)
			files->first[model->modules[i].process]++;
	}
	for (uint32_t i = 0; i < model->processes_count; i++) {
		total += files->first[i];
		files->first[i] = total;
	}
	files->first[model->processes_count] = total;
	for (uint32_t i = model->modules_count; i-- > 0;) {
		if (model->modules[i].process < model->processes_count)
			files->order[--files->first[model->modules[i].process]] = i;
	}
}

struct symbols_files *symbols_files_new(const struct model *model, struct demangler *demangler)
{
	struct symbols_files *files = calloc(1, sizeof(*files));

	if (files == NULL)
		return NULL;
	files->model = model;
	files->demangler = demangler;
	files->by_module = calloc((size_t)model->modules_count + 1, sizeof(struct symbols_file *));
	files->order = calloc((size_t)model->modules_count + 1, sizeof(*files->order));
	files->first = calloc((size_t)model->processes_count + 1, sizeof(*files->first));
	if (files->by_module == NULL || files->order == NULL || files->first == NULL) {
		symbols_files_free(files);
		return NULL;
	}
	files_order_modules(files);
	/*
	 * Nothing may go over the network: libdwfl's standard search for debug information would
	 * ask the servers that this names (debuginfod(8)).
	 */
	unsetenv("DEBUGINFOD_URLS");
	return files;
}

void symbols_files_free(struct symbols_files *files)
{
	struct entry *entry, *next;

	if (files == NULL)
		return;
	entry = files->entries;
	HASH_CLEAR(hh, files->entries); /* frees the table, leaves the list */
	for (; entry != NULL; entry = next) {
		next = entry->hh.next;
		symbols_file_free(entry->file);
		free(entry);
	}
	free(files->by_module);
	free(files->order);
	free(files->first);
	free(files);
}

static bool module_is_loaded(const struct model_module *module, int64_t time_ns)
{
	return module->loaded_ns <= time_ns &&
	       (module->unloaded_ns == TIME_NONE || time_ns < module->unloaded_ns);
}

/*
 * A module is listed when it is first noticed, which may be just after a stack went through it:
 * failing one that was listed in time, the next one to be listed is taken, never an unloaded one.
 */
const struct model_module *symbols_files_module(const struct symbols_files *files,
						const struct model_stack *stack, uint64_t address)
{
	const struct model_module *later = NULL;

	for (uint32_t i = files->first[stack->process]; i < files->first[stack->process + 1]; i++) {
		const struct model_module *module = &files->model->modules[files->order[i]];

		if (address < module->start || address >= module->end)
			continue;
		if (module_is_loaded(module, stack->time_ns))
			return module;
		if (module->loaded_ns > stack->time_ns &&
		    (later == NULL || module->loaded_ns < later->loaded_ns))
			later = module;
	}
	return later;
}

static struct entry *entry_new(const struct symbols_files *files, const struct model_module *module,
			       size_t key_size)
{
	size_t path_size = strlen(module->path) + 1;
	struct symbols_file_identity identity = {
		.path = module->path,
		.build_id = module->build_id,
		.build_id_size_bytes = module->build_id_size_bytes,
	};
	struct entry *entry = malloc(sizeof(*entry) + key_size);

	if (entry == NULL)
		return NULL;
	memcpy(entry->key, module->path, path_size);
	if (module->build_id_size_bytes > 0)
		memcpy(entry->key + path_size, module->build_id, module->build_id_size_bytes);
	if (files->model->started_realtime_ns != 0 && module->loaded_ns != TIME_NONE)
		identity.mapped_realtime_ns = files->model->started_realtime_ns +
					      (uint64_t)module->loaded_ns;
	entry->file = symbols_file_new(&identity, files->demangler);
	if (entry->file == NULL) {
		free(entry);
		return NULL;
	}
	return entry;
}

static struct symbols_file *files_find(struct symbols_files *files,
				       const struct model_module *module)
{
	size_t key_size = strlen(module->path) + 1 + module->build_id_size_bytes;
	struct entry *entry = entry_new(files, module, key_size), *known;

	if (entry == NULL)
		return NULL;
	HASH_FIND(hh, files->entries, entry->key, key_size, known);
	if (known == NULL) {
		HASH_ADD_KEYPTR(hh, files->entries, entry->key, key_size, entry);
		if (entry->hh.tbl != NULL)
			return entry->file;
	}
	symbols_file_free(entry->file);
	free(entry);
	return known != NULL ? known->file : NULL;
}

const struct frame *symbols_files_frames(struct symbols_files *files,
					 const struct model_module *module, uint64_t return_address,
					 size_t *count)
{
	size_t index = (size_t)(module - files->model->modules);

	*count = 0;
	if (files->by_module[index] == NULL)
		files->by_module[index] = files_find(files, module);
	if (files->by_module[index] == NULL)
		return NULL;
	return symbols_file_frames(files->by_module[index], return_address, count);
}
