#include "model_loader.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "trace_files.h"

#define HUGE_PAGE_BYTES  ((size_t)2 << 20)
#define ROWS_LARGE_BYTES (2 * HUGE_PAGE_BYTES)

static enum status no_memory(struct error *error, const char *path)
{
	return error_set(error, STATUS_NO_MEMORY, path, 0, "out of memory");
}

static int files_compare(const void *left, const void *right)
{
	const struct model_file *a = left, *b = right;

	if (a->started_ns != b->started_ns)
		return a->started_ns < b->started_ns ? -1 : 1;
	if (a->reader->header->sequence != b->reader->header->sequence)
		return a->reader->header->sequence < b->reader->header->sequence ? -1 : 1;
	return strcmp(a->reader->path, b->reader->path);
}

/* The command that run started has written a trace of its own. */
static bool child_has_file(const struct model_loader *loader, uint32_t child_pid)
{
	for (size_t i = 0; i < loader->file_count; i++) {
		if (!loader->files[i].is_run && loader->files[i].reader->header->pid == child_pid)
			return true;
	}
	return false;
}

static void run_find(struct model_loader *loader)
{
	for (size_t i = 0; i < loader->file_count && loader->run_file == NULL; i++) {
		if (loader->files[i].run != NULL)
			loader->run_file = &loader->files[i];
	}
	loader->model->has_run = loader->run_file != NULL;
}

static void times_set(struct model_loader *loader)
{
	const struct model_file *first = loader->run_file != NULL ? loader->run_file
								  : &loader->files[0];
	const struct trace_file_header *header = first->reader->header;

	loader->model->started_monotonic_ns = first->started_ns;
	loader->model->started_realtime_ns = header->started_realtime_ns +
					     (first->started_ns - header->started_ns);
}

/* How many rows all files have together; what is in one array must be countable in 32 bits. */
struct load_totals {
	uint64_t processes, ids[MODEL_ID_KINDS], connects, links, events, modules;
};

static bool add_rows(uint64_t *total, uint64_t count, uint32_t *first)
{
	*first = (uint32_t)*total;
	*total += count;
	return *total < MODEL_NONE;
}

static bool file_place(struct model_loader *loader, struct model_file *file,
		       struct load_totals *totals)
{
	bool is_row = (!file->is_run && !file->is_marker) ||
		      (file == loader->run_file && !child_has_file(loader, file->run->child_pid));
	bool fits = add_rows(&totals->processes, is_row, &file->process);
	uint32_t unused;

	if (!is_row)
		file->process = MODEL_NONE;
	for (size_t i = 0; i < MODEL_ID_KINDS; i++) {
		/* strings are looked up within their file */
		if (i == MODEL_ID_STRING)
			continue;
		fits &= add_rows(&totals->ids[i], file->ids[i].count, &file->first_rows[i]);
	}
	fits &= add_rows(&totals->connects, file->connect_count, &unused);
	fits &= add_rows(&totals->links, file->link_count, &unused);
	fits &= add_rows(&totals->events, file->event_count, &unused);
	fits &= add_rows(&totals->modules, file->module_count, &unused);
	return fits;
}

/*
 * Large arrays are filled once from end to end, and the faults of their small pages would be most
 * of what loading costs: ask for huge ones (madvise(2); where there are none nothing changes). The
 * C library takes an array of this size from the kernel as it is, which is zero.
 */
static void rows_advise(void *rows, size_t size_bytes)
{
	size_t skipped = -(uintptr_t)rows & (HUGE_PAGE_BYTES - 1);

	if (size_bytes >= ROWS_LARGE_BYTES)
		madvise((char *)rows + skipped, (size_bytes - skipped) & ~(HUGE_PAGE_BYTES - 1),
			MADV_HUGEPAGE);
}

static bool rows_new(void *array, uint64_t count, size_t size_bytes)
{
	void *rows = calloc(count + 1, size_bytes);

	if (rows != NULL)
		rows_advise(rows, (count + 1) * size_bytes);
	memcpy(array, &rows, sizeof(rows));
	return rows != NULL;
}

static bool arrays_new(struct model *model, const struct load_totals *totals)
{
#define ROWS(field, count) rows_new(&model->field, count, sizeof(*model->field))
	return ROWS(processes, totals->processes) && ROWS(sockets, totals->ids[MODEL_ID_SOCKET]) &&
	       ROWS(objects, totals->ids[MODEL_ID_OBJECT]) &&
	       ROWS(stacks, totals->ids[MODEL_ID_STACK]) &&
	       ROWS(codes, totals->ids[MODEL_ID_CODE]) && ROWS(links, totals->links) &&
	       ROWS(events, totals->events) && ROWS(modules, totals->modules);
#undef ROWS
}

static enum status files_place(struct model_loader *loader, const char *path, struct error *error)
{
	struct load_totals totals = {0};

	for (size_t i = 0; i < loader->file_count; i++) {
		if (!file_place(loader, &loader->files[i], &totals))
			return error_set(error, STATUS_UNREADABLE, path, 0,
					 "has more records of one kind than can be counted: %u at "
					 "most; report its files one by one",
					 MODEL_NONE - 1);
	}
	loader->model->processes_count = (uint32_t)totals.processes;
	return arrays_new(loader->model, &totals) ? STATUS_OK : no_memory(error, path);
}

static enum status files_load(struct model_loader *loader, const char *path, struct error *error)
{
	enum status status;

	for (size_t i = 0; i < loader->file_count; i++) {
		loader->files[i].bytes_before = loader->all_bytes;
		loader->all_bytes += loader->files[i].reader->tail_bytes;
	}
	for (size_t i = 0; i < loader->file_count; i++)
		model_file_scan(loader, &loader->files[i]);
	qsort(loader->files, loader->file_count, sizeof(*loader->files), files_compare);
	run_find(loader);
	times_set(loader);
	if (model_memory_is_exhausted(loader->model->memory))
		return no_memory(error, path);
	status = files_place(loader, path, error);
	if (status != STATUS_OK)
		return status;
	if (loader->model->processes_count == 0)
		return error_set(error, STATUS_CORRUPT, loader->files[0].reader->path, 0,
				 "records no process");
	for (size_t i = 0; i < loader->file_count; i++)
		model_file_fill(loader, &loader->files[i]);
	model_find_pairs(loader->model);
	model_find_closers(loader->model);
	model_link_processes(loader);
	model_name_peers(loader);
	model_order_snapshots(loader->model);
	model_pair_marks(loader);
	model_note_unfinished(loader);
	model_note_gaps(loader);
	return model_memory_is_exhausted(loader->model->memory) ? no_memory(error, path)
								: STATUS_OK;
}

/* Notes of files that cannot be used come first; no process is known yet. */
static void file_skipped(struct model_loader *loader, const struct error *error)
{
	struct model_memory *memory = loader->model->memory;

	model_note_add(loader->model, MODEL_NONE, true,
		       model_memory_format(memory, "%s: %s", error->path, error->reason));
}

/*
 * Files that cannot be used are gaps as long as another one tells of a process. One that was never
 * begun is a gap of a recording that `run` made: nothing in it is beyond us.
 */
static enum status files_open(struct model_loader *loader, const struct trace_files *paths,
			      struct error *error)
{
	struct model_memory *memory = loader->model->memory;
	enum status first = STATUS_OK;
	bool has_process = false, has_unusable = false;

	for (size_t i = 0; i < paths->count; i++) {
		struct reader *reader = model_memory_reader(memory, loader->file_count);
		const char *path = model_memory_text(memory, paths->paths[i],
						     strlen(paths->paths[i]));
		struct error found = {.path = ""};
		enum status status = reader_open(reader, path, &found);

		if (status == STATUS_OK) {
			loader->files[loader->file_count++].reader = reader;
			has_process |= (reader->header->flags & TRACE_FILE_BY_RUN) == 0;
			continue;
		}
		file_skipped(loader, &found);
		has_unusable |= !reader->is_unborn;
		if (first == STATUS_OK && error != NULL)
			*error = found;
		if (first == STATUS_OK)
			first = status;
	}
	if (loader->file_count == 0 || (has_unusable && !has_process))
		return first;
	return STATUS_OK;
}

static enum status loader_init(struct model_loader *loader, struct model *model, size_t file_count,
			       struct error *error)
{
	memset(loader, 0, sizeof(*loader));
	loader->model = model;
	model->memory = model_memory_new(file_count);
	loader->files = calloc(file_count + 1, sizeof(*loader->files));
	return model->memory == NULL || loader->files == NULL ? no_memory(error, NULL) : STATUS_OK;
}

static void loader_release(struct model_loader *loader)
{
	for (size_t i = 0; i < loader->file_count; i++)
		model_file_release(&loader->files[i]);
	free(loader->files);
	free(loader->names);
	free(loader->marks);
	free(loader->unseens);
	model_classes_release(loader);
}

enum status model_load(struct model *model, const char *path, struct error *error)
{
	struct model_loader loader;
	struct trace_files paths;
	enum status status = trace_files_list(&paths, path, error);

	if (status == STATUS_OK) {
		status = loader_init(&loader, model, paths.count, error);
		if (status == STATUS_OK)
			status = files_open(&loader, &paths, error);
		if (status == STATUS_OK)
			status = files_load(&loader, path, error);
		loader_release(&loader);
	}
	trace_files_release(&paths);
	return status;
}

enum status model_load_bytes(struct model *model, const char *path, const void *bytes,
			     size_t size_bytes, struct error *error)
{
	struct model_loader loader;
	enum status status = loader_init(&loader, model, 1, error);

	if (status == STATUS_OK) {
		struct reader *reader = model_memory_reader(model->memory, 0);

		status = reader_open_bytes(reader, path, bytes, size_bytes, error);
		if (status == STATUS_OK) {
			loader.files[loader.file_count++].reader = reader;
			status = files_load(&loader, path, error);
		}
	}
	loader_release(&loader);
	return status;
}
