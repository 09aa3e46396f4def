#include "python_map.h"

#include <stdint.h>
#include <sys/mman.h>

#define CAPACITY_FIRST   256
#define MEMORY_ALIGNMENT 16
#define MEMORY_STEP      65536

static void *pages_map(size_t size_bytes)
{
	void *pages = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);

	return pages == MAP_FAILED ? NULL : pages;
}

/* Objects lie on multiples of 16, so the low bits say nothing (Fibonacci hashing for the rest). */
static size_t place_of(const struct python_map *map, const void *key)
{
	return (size_t)(((uintptr_t)key >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 20) &
	       (map->capacity - 1);
}

static struct python_map_entry *entry_find(const struct python_map *map, const void *key)
{
	size_t place = place_of(map, key);

	while (map->entries[place].key && map->entries[place].key != key)
		place = (place + 1) & (map->capacity - 1);
	return &map->entries[place];
}

void *python_map_get(const struct python_map *map, const void *key)
{
	return map->count ? entry_find(map, key)->value : NULL;
}

static bool map_grow(struct python_map *map)
{
	struct python_map grown = {.capacity = map->capacity ? 2 * map->capacity : CAPACITY_FIRST};

	grown.entries = pages_map(grown.capacity * sizeof(*grown.entries));
	if (!grown.entries)
		return false;
	for (size_t i = 0; i < map->capacity; i++) {
		if (map->entries[i].key)
			*entry_find(&grown, map->entries[i].key) = map->entries[i];
	}
	if (map->entries)
		munmap(map->entries, map->capacity * sizeof(*map->entries));
	grown.count = map->count;
	*map = grown;
	return true;
}

bool python_map_set(struct python_map *map, const void *key, void *value)
{
	struct python_map_entry *entry;

	if (map->count * 2 >= map->capacity && !map_grow(map))
		return false;
	entry = entry_find(map, key);
	map->count += !entry->key;
	*entry = (struct python_map_entry){key, value};
	return true;
}

/* Moves later entries of the same run up, so that no look-up ever stops at the hole. */
void python_map_remove(struct python_map *map, const void *key)
{
	struct python_map_entry *hole = map->count ? entry_find(map, key) : NULL;
	size_t mask = map->capacity - 1, place;

	if (!hole || !hole->key)
		return;
	map->count--;
	place = (size_t)(hole - map->entries);
	for (;;) {
		struct python_map_entry *entry;

		place = (place + 1) & mask;
		entry = &map->entries[place];
		if (!entry->key)
			break;
		size_t distance = (place - place_of(map, entry->key)) & mask;
		if (distance < ((place - (size_t)(hole - map->entries)) & mask))
			continue;
		*hole = *entry;
		hole = entry;
	}
	*hole = (struct python_map_entry){NULL, NULL};
}

void *python_memory_take(size_t size_bytes)
{
	static char *next;
	static size_t left_bytes;
	void *taken;

	size_bytes = (size_bytes + MEMORY_ALIGNMENT - 1) & ~(size_t)(MEMORY_ALIGNMENT - 1);
	if (size_bytes > MEMORY_STEP)
		return pages_map(size_bytes);
	if (left_bytes < size_bytes) {
		char *pages = pages_map(MEMORY_STEP);

		if (!pages)
			return NULL;
		next = pages;
		left_bytes = MEMORY_STEP;
	}
	taken = next;
	next += size_bytes;
	left_bytes -= size_bytes;
	return taken;
}
