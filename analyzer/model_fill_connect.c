#include "model_loader.h"

#include <stdlib.h>

#include "numbers.h"

bool model_connects_init(struct model_loader *loader, struct model_file *file)
{
	size_t room = (size_t)file->ids[MODEL_ID_SOCKET].count + 1;

	file->first_connects = calloc(room, sizeof(const struct trace_connect *));
	if (file->first_connects != NULL)
		return true;
	model_memory_set_exhausted(loader->model->memory);
	return false;
}

void model_connects_release(struct model_file *file)
{
	free(file->first_connects);
	free(file->later_connects);
	free(file->later_order);
	file->first_connects = file->later_connects = NULL;
	file->later_order = NULL;
}

static void later_add(struct model_loader *loader, struct model_file *file, uint32_t socket,
		      const struct trace_connect *record)
{
	struct model_memory *memory = loader->model->memory;
	uint32_t count = file->later_count;

	if (!model_memory_grow(memory, &file->later_connects, count,
			       sizeof(const struct trace_connect *)) ||
	    !model_memory_grow(memory, &file->later_order, count, sizeof(*file->later_order)))
		return;
	file->later_connects[count] = record;
	file->later_order[count] = (uint64_t)socket << 32 | count;
	file->later_count++;
}

/* Nearly every socket has one at most, so the others may cost more. */
void model_fill_connect(struct model_loader *loader, struct model_file *file,
			const struct trace_connect *record)
{
	uint32_t socket = model_file_row(file, MODEL_ID_SOCKET, record->socket);
	const struct trace_connect **first;

	if (socket == MODEL_NONE || file->connects_read == file->connect_count)
		return;
	file->connects_read++;
	first = &file->first_connects[socket - file->first_rows[MODEL_ID_SOCKET]];
	if (*first == NULL)
		*first = record;
	else
		later_add(loader, file, socket, record);
}

void model_connects_order(struct model_loader *loader, struct model_file *file)
{
	if (file->later_count != 0 && !numbers_sort(file->later_order, file->later_count))
		model_memory_set_exhausted(loader->model->memory);
}

static bool is_later_of(const struct model_file *file, uint32_t place, uint32_t socket)
{
	return place < file->later_count && file->later_order[place] >> 32 == socket;
}

const struct trace_connect *model_connects_next(struct model_file *file, uint32_t socket,
						const struct trace_connect *last)
{
	if (last == NULL)
		return file->first_connects[socket - file->first_rows[MODEL_ID_SOCKET]];
	if (!is_later_of(file, file->later_done, socket))
		return NULL;
	return file->later_connects[(uint32_t)file->later_order[file->later_done++]];
}

uint32_t model_connects_count(const struct model_file *file, uint32_t socket)
{
	uint32_t count = 0;

	if (file->first_connects[socket - file->first_rows[MODEL_ID_SOCKET]] == NULL)
		return 0;
	while (is_later_of(file, file->later_done + count, socket))
		count++;
	return count + 1;
}
