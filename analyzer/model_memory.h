/*
 * What a model's strings and pointers live in: an arena, and the trace files it keeps mapped.
 * Private to model*.c.
 *
 * Running out of memory is remembered and asked for once, by model_memory_is_exhausted(), so that
 * filling rows needs no error path of its own: a text then is "".
 */
#ifndef SOCKLIFE_MODEL_MEMORY_H
#define SOCKLIFE_MODEL_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "reader.h"

struct model_memory *model_memory_new(size_t reader_count);
void model_memory_free(struct model_memory *memory);

bool model_memory_is_exhausted(const struct model_memory *memory);
void model_memory_set_exhausted(struct model_memory *memory);

/* The readers whose files stay mapped as long as the model lives; zeroed until opened. */
struct reader *model_memory_reader(struct model_memory *memory, size_t index);

/* Zeroed and aligned for pointers; NULL when exhausted. */
void *model_memory_take(struct model_memory *memory, size_t size_bytes);
/* A copy with a NUL behind it, never NULL. */
const char *model_memory_text(struct model_memory *memory, const char *bytes, size_t size_bytes);
const char *model_memory_format(struct model_memory *memory, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* realloc() that grows by doubling: *array holds `count` elements, room for one more is made. */
bool model_memory_grow(struct model_memory *memory, void *array, size_t count, size_t size_bytes);

#endif
