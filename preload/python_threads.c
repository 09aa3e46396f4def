#include "python_threads.h"

#include <string.h>

#include "python_frames.h"
#include "python_generation.h"
#include "python_map.h"
#include "recorder.h"

#define OWNERS_MAX 4

struct start {
	uint32_t owners[OWNERS_MAX];
	size_t owner_count;
	uint32_t generation;
	struct start *next_spare;
};

static struct python_map starts; /* Thread object -> struct start */
static struct start *spare;

/* Borrowed: the object whose bound method the thread is to run; NULL for a plain function. */
static struct python_object *thread_of(struct python_object *arguments)
{
	struct python_object *function = python.PyTuple_GetItem(arguments, 0);
	struct python_object *self = NULL;

	if (function && function->type == python.PyMethod_Type) {
		self = python.PyObject_GetAttrString(function, "__self__");
		if (self)
			python.Py_DecRef(self); /* the method holds it */
	}
	python.PyErr_Clear();
	return self;
}

static void start_forget(const struct python_object *thread)
{
	struct start *start = python_map_get(&starts, thread);

	if (!start)
		return;
	python_map_remove(&starts, thread);
	start->next_spare = spare;
	spare = start;
}

static struct start *start_add(const struct python_object *thread)
{
	struct start *start = spare;

	if (start)
		spare = start->next_spare;
	else
		start = python_memory_take(sizeof(*start));
	return start && python_map_set(&starts, thread, start) ? start : NULL;
}

/* What the starter itself has inherited goes on to the new thread. */
static size_t owners_find(uint32_t *owners)
{
	struct python_walk walk;

	python_walk_run(&walk);
	if (!walk.object_count)
		return python_thread_owners(walk.outermost_self, owners, OWNERS_MAX);
	if (walk.object_count > OWNERS_MAX)
		walk.object_count = OWNERS_MAX;
	memcpy(owners, walk.objects, walk.object_count * sizeof(*owners));
	return walk.object_count;
}

void python_thread_starts(struct python_object *arguments)
{
	struct python_object *thread = thread_of(arguments);
	uint32_t owners[OWNERS_MAX];
	size_t count = thread ? owners_find(owners) : 0;
	struct start *start;

	if (!thread)
		return;
	start_forget(thread); /* another Thread that was at this address */
	start = count ? start_add(thread) : NULL;
	if (!start)
		return;
	memcpy(start->owners, owners, count * sizeof(*owners));
	start->owner_count = count;
	start->generation = python_generation();
}

size_t python_thread_owners(const struct python_object *outermost_self, uint32_t *ids, size_t max)
{
	const struct start *start = outermost_self ? python_map_get(&starts, outermost_self) : NULL;
	size_t count = start && start->generation == python_generation() ? start->owner_count : 0;

	if (count > max)
		count = max;
	if (count)
		memcpy(ids, start->owners, count * sizeof(*ids));
	return count;
}
