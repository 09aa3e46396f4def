#include "model_memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)64 << 10)

struct model_block {
	struct model_block *next;
	size_t size_bytes, used_bytes;
	_Alignas(8) char bytes[];
};

struct model_memory {
	struct model_block *blocks;
	struct reader *readers;
	size_t reader_count;
	bool is_exhausted;
};

struct model_memory *model_memory_new(size_t reader_count)
{
	struct model_memory *memory = calloc(1, sizeof(*memory));

	if (memory == NULL)
		return NULL;
	memory->readers = calloc(reader_count + 1, sizeof(*memory->readers));
	memory->reader_count = reader_count;
	if (memory->readers == NULL) {
		free(memory);
		return NULL;
	}
	return memory;
}

void model_memory_free(struct model_memory *memory)
{
	if (memory == NULL)
		return;
	while (memory->blocks != NULL) {
		struct model_block *next = memory->blocks->next;

		free(memory->blocks);
		memory->blocks = next;
	}
	for (size_t i = 0; i < memory->reader_count; i++)
		reader_close(&memory->readers[i]);
	free(memory->readers);
	free(memory);
}

bool model_memory_is_exhausted(const struct model_memory *memory)
{
	return memory->is_exhausted;
}

void model_memory_set_exhausted(struct model_memory *memory)
{
	memory->is_exhausted = true;
}

struct reader *model_memory_reader(struct model_memory *memory, size_t index)
{
	return &memory->readers[index];
}

static char *memory_take(struct model_memory *memory, size_t size_bytes, size_t alignment)
{
	struct model_block *block = memory->blocks;
	size_t used = block == NULL ? 0 : (block->used_bytes + alignment - 1) & ~(alignment - 1);
	size_t room = size_bytes > BLOCK_BYTES / 4 ? size_bytes : BLOCK_BYTES;

	if (block == NULL || used > block->size_bytes || block->size_bytes - used < size_bytes) {
		block = calloc(1, sizeof(*block) + room);
		if (block == NULL) {
			memory->is_exhausted = true;
			return NULL;
		}
		block->size_bytes = room;
		used = 0;
		/* a block made for one large text is full: the present one has room left */
		if (memory->blocks != NULL && room == size_bytes) {
			block->next = memory->blocks->next;
			memory->blocks->next = block;
		} else {
			block->next = memory->blocks;
			memory->blocks = block;
		}
	}
	block->used_bytes = used + size_bytes;
	return block->bytes + used;
}

void *model_memory_take(struct model_memory *memory, size_t size_bytes)
{
	return memory_take(memory, size_bytes, _Alignof(void *));
}

const char *model_memory_text(struct model_memory *memory, const char *bytes, size_t size_bytes)
{
	char *text = memory_take(memory, size_bytes + 1, 1);

	if (text == NULL)
		return "";
	memcpy(text, bytes, size_bytes);
	return text;
}

const char *model_memory_format(struct model_memory *memory, const char *format, ...)
{
	va_list arguments;
	char *formatted;
	const char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&formatted, format, arguments);
	va_end(arguments);
	if (length < 0) {
		memory->is_exhausted = true;
		return "";
	}
	text = model_memory_text(memory, formatted, (size_t)length);
	free(formatted);
	return text;
}

bool model_memory_grow(struct model_memory *memory, void *array, size_t count, size_t size_bytes)
{
	void *grown, *old;

	/* full exactly when the count is 0 or a power of two, as nothing else allocates it */
	if ((count & (count - 1)) != 0)
		return true;
	memcpy(&old, array, sizeof(old));
	grown = realloc(old, (count == 0 ? 1 : count * 2) * size_bytes);
	if (grown == NULL) {
		memory->is_exhausted = true;
		return false;
	}
	memcpy(array, &grown, sizeof(grown));
	return true;
}
