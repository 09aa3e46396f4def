#include "model_loader.h"

#include <stdlib.h>
#include <string.h>

/*
 * Ids are dense from 1 and each stands in a record of its own, so an id beyond this cannot be: it
 * must not make us allocate. The few ids whose records did not fit any more are at the file's end,
 * where nothing refers to them.
 */
static uint32_t id_limit(const struct model_file *file)
{
	uint64_t limit = file->reader->tail_bytes / TRACE_ALIGNMENT;

	if (limit > file->reader->size_bytes / TRACE_ALIGNMENT)
		limit = file->reader->size_bytes / TRACE_ALIGNMENT;
	return limit >= MODEL_NONE ? MODEL_NONE - 1 : (uint32_t)limit;
}

static bool ids_reach(struct model_loader *loader, struct model_ids *ids, uint32_t id,
		      uint32_t limit)
{
	uint64_t size = ids->size < 64 ? 64 : (uint64_t)ids->size * 2;
	uint32_t *rows;

	if (ids->rows != NULL && id < ids->size)
		return true;
	if (size <= id)
		size = (uint64_t)id + 1;
	if (size > (uint64_t)limit + 1)
		size = (uint64_t)limit + 1;
	rows = realloc(ids->rows, size * sizeof(*rows));
	if (rows == NULL) {
		model_memory_set_exhausted(loader->model->memory);
		return false;
	}
	memset(rows + ids->size, 0xff, (size - ids->size) * sizeof(*rows));
	ids->rows = rows;
	ids->size = (uint32_t)size;
	return true;
}

/* The first id that comes out of order: from here on the array tells. */
static bool ids_list(struct model_loader *loader, struct model_ids *ids, uint32_t id,
		     uint32_t limit)
{
	if (!ids_reach(loader, ids, ids->count, limit) || !ids_reach(loader, ids, id, limit))
		return false;
	for (uint32_t i = 0; i < ids->count; i++)
		ids->rows[i + 1] = i;
	return true;
}

/* The next row gets this id; false when the record cannot have a row. */
static bool ids_add(struct model_loader *loader, struct model_file *file, enum model_id_kind kind,
		    uint32_t id)
{
	struct model_ids *ids = &file->ids[kind];
	uint32_t limit = id_limit(file);

	if (id == 0 || id > limit) {
		file->impossible_ids++;
		return false;
	}
	if (ids->rows == NULL && id == ids->count + 1) {
		ids->count++;
		return true;
	}
	if (ids->rows == NULL ? !ids_list(loader, ids, id, limit)
			      : !ids_reach(loader, ids, id, limit))
		return false;
	if (ids->rows[id] != MODEL_NONE) {
		file->repeated_ids++;
		return false;
	}
	ids->rows[id] = ids->count++;
	return true;
}

/* Files before it are done; of this one, what the reader has passed. */
void model_progress(const struct model_loader *loader, const struct model_file *file,
		    enum progress_phase phase)
{
	progress_tell(loader->model->progress, phase, file->bytes_before + file->reader->offset,
		      loader->all_bytes);
}

static void scan_socket(struct model_loader *loader, struct model_file *file,
			const struct trace_socket *socket)
{
	size_t row = file->ids[MODEL_ID_SOCKET].count;

	if (model_memory_grow(loader->model->memory, &file->socket_offsets, row,
			      sizeof(*file->socket_offsets)) &&
	    ids_add(loader, file, MODEL_ID_SOCKET, socket->id))
		file->socket_offsets[row] =
			(uint64_t)((const uint8_t *)socket - file->reader->bytes);
}

static void scan_string(struct model_loader *loader, struct model_file *file,
			const struct trace_string *string)
{
	size_t row = file->ids[MODEL_ID_STRING].count;
	size_t size_bytes;
	const char *text = reader_text(&string->record, &size_bytes);

	if (model_memory_grow(loader->model->memory, &file->strings, row, sizeof(*file->strings)) &&
	    ids_add(loader, file, MODEL_ID_STRING, string->id))
		file->strings[row] = model_memory_text(loader->model->memory, text, size_bytes);
}

static void scan_mark(struct model_file *file, const struct trace_mark *mark)
{
	file->is_marker |= mark->pid != file->reader->header->pid;
}

static void scan_record(struct model_loader *loader, struct model_file *file,
			const struct trace_record *record)
{
	const void *any = record;

	switch (record->kind) {
	case TRACE_SOCKET:
		scan_socket(loader, file, any);
		break;
	case TRACE_STRING:
		scan_string(loader, file, any);
		break;
	case TRACE_STACK:
		ids_add(loader, file, MODEL_ID_STACK, ((const struct trace_stack *)any)->id);
		break;
	case TRACE_CODE:
		ids_add(loader, file, MODEL_ID_CODE, ((const struct trace_code *)any)->id);
		break;
	case TRACE_OBJECT:
		ids_add(loader, file, MODEL_ID_OBJECT, ((const struct trace_object *)any)->id);
		break;
	case TRACE_CONNECT:
		file->connect_count++;
		break;
	case TRACE_LINK:
		file->link_count++;
		break;
	case TRACE_EVENT:
		file->event_count++;
		break;
	case TRACE_MODULE:
		file->module_count++;
		break;
	case TRACE_MARK:
		scan_mark(file, any);
		break;
	default:
		break;
	}
}

void model_file_scan(struct model_loader *loader, struct model_file *file)
{
	const struct trace_record *record;
	uint32_t count = 0;

	file->is_run = (file->reader->header->flags & TRACE_FILE_BY_RUN) != 0;
	file->started_ns = file->reader->header->started_ns;
	file->forked_from = file->reader->header->forked_from;
	while (reader_next(file->reader, &record) == STATUS_OK) {
		if (++count % PROGRESS_STRIDE == 0)
			model_progress(loader, file, PROGRESS_SCAN);
		if (!file->is_run) {
			scan_record(loader, file, record);
		} else if (record->kind == TRACE_RUN && file->run == NULL) {
			file->run = (const void *)record;
			file->started_ns = file->run->started_ns;
		}
	}
	if (file->ids[MODEL_ID_SOCKET].count > 0 || file->ids[MODEL_ID_OBJECT].count > 0)
		file->is_marker = false;
}

void model_file_release(struct model_file *file)
{
	for (size_t i = 0; i < MODEL_ID_KINDS; i++)
		free(file->ids[i].rows);
	free(file->socket_offsets);
	model_connects_release(file);
	free(file->strings);
}

uint32_t model_ids_find(const struct model_ids *ids, uint32_t id)
{
	if (ids->rows == NULL)
		return id != 0 && id <= ids->count ? id - 1 : MODEL_NONE;
	return id < ids->size ? ids->rows[id] : MODEL_NONE;
}

uint32_t model_file_row(struct model_file *file, enum model_id_kind kind, uint32_t id)
{
	uint32_t row = model_ids_find(&file->ids[kind], id);

	if (id == 0)
		return MODEL_NONE;
	if (row == MODEL_NONE) {
		file->dangling_references++;
		return MODEL_NONE;
	}
	return file->first_rows[kind] + row;
}

const char *model_file_string(struct model_file *file, uint32_t id)
{
	uint32_t row = model_file_row(file, MODEL_ID_STRING, id);

	return row == MODEL_NONE ? "" : file->strings[row];
}
