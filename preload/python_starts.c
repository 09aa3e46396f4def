#include "python_starts.h"

#include <string.h>

#include "python_generation.h"
#include "python_map.h"
#include "python_tasks.h"
#include "python_walk.h"

struct start {
	uint32_t owners[PYTHON_OWNERS_MAX];
	size_t owner_count;
	uint32_t generation;
	struct start *next_spare;
};

static struct python_map starts; /* key -> struct start */
static struct start *spare;

static void start_forget(const void *key)
{
	struct start *start = python_map_get(&starts, key);

	if (!start)
		return;
	python_map_remove(&starts, key);
	start->next_spare = spare;
	spare = start;
}

static struct start *start_add(const void *key)
{
	struct start *start = spare;

	if (start)
		spare = start->next_spare;
	else
		start = python_memory_take(sizeof(*start));
	return start && python_map_set(&starts, key, start) ? start : NULL;
}

/* What the starter itself has inherited goes on to what it starts. */
static size_t owners_find(uint32_t *owners)
{
	struct python_walk walk;
	size_t count;

	python_walk_run(&walk);
	if (!walk.object_count) {
		count = python_start_owners(python_task_current(), owners, PYTHON_OWNERS_MAX);
		return count ? count
			     : python_start_owners(walk.outermost_self, owners, PYTHON_OWNERS_MAX);
	}
	if (walk.object_count > PYTHON_OWNERS_MAX)
		walk.object_count = PYTHON_OWNERS_MAX;
	memcpy(owners, walk.objects, walk.object_count * sizeof(*owners));
	return walk.object_count;
}

void python_start_keep(const void *key)
{
	uint32_t owners[PYTHON_OWNERS_MAX];
	size_t count = owners_find(owners);
	struct start *start;

	start_forget(key); /* another that was at this address */
	start = count ? start_add(key) : NULL;
	if (!start)
		return;
	memcpy(start->owners, owners, count * sizeof(*owners));
	start->owner_count = count;
	start->generation = python_generation();
}

size_t python_start_owners(const void *key, uint32_t *ids, size_t max)
{
	const struct start *start = key ? python_map_get(&starts, key) : NULL;
	size_t count = start && start->generation == python_generation() ? start->owner_count : 0;

	if (count > max)
		count = max;
	if (count)
		memcpy(ids, start->owners, count * sizeof(*ids));
	return count;
}

bool python_starts_are_kept(void)
{
	return starts.count > 0;
}
