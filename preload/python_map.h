/*
 * A map from addresses to pointers, and the memory that the Python runtime keeps its things in.
 * Both come from mmap(2), never from the host's malloc, whose arenas stay as they are without us.
 * Not thread-safe: the GIL protects them. Not signal-safe.
 */
#ifndef SOCKLIFE_PYTHON_MAP_H
#define SOCKLIFE_PYTHON_MAP_H

#include <stdbool.h>
#include <stddef.h>

struct python_map_entry {
	const void *key; /* NULL: free */
	void *value;
};

/* All zeroes is an empty map. */
struct python_map {
	struct python_map_entry *entries;
	size_t capacity; /* a power of two, or 0 */
	size_t count;
};

void *python_map_get(const struct python_map *map, const void *key);
/* False when memory is short; the map is then as before. */
bool python_map_set(struct python_map *map, const void *key, void *value);
void python_map_remove(struct python_map *map, const void *key);

/* Zeroed memory that is never given back; NULL when there is none. */
void *python_memory_take(size_t size_bytes);

#endif
