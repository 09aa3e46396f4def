#include "python_threads.h"

#include <errno.h>
#include <string.h>

#include "guard.h"
#include "python_builtin.h"
#include "python_walk.h"
#include "python_generation.h"
#include "python_map.h"
#include "python_objects.h"
#include "recorder.h"

#define OWNERS_MAX 4

/* _thread's functions: the second is what threading calls from 3.13 on. */
static struct python_builtin start_new, start_joinable;

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

static void thread_starts(struct python_object *arguments)
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

static void tell_start(struct python_object *arguments)
{
	unsigned int depth;
	int error = errno;

	if (guard_is_up() || !python_objects_are_on() || !python_is_up() ||
	    python.PyTuple_Size(arguments) < 1)
		return;
	depth = guard_raise();
	thread_starts(arguments);
	guard_restore(depth);
	errno = error;
}

static struct python_object *hook_start_new(struct python_object *self,
					    struct python_object *arguments,
					    struct python_object *keywords)
{
	(void)self;
	tell_start(arguments);
	return python.PyObject_Call(start_new.original, arguments, keywords);
}

static struct python_object *hook_start_joinable(struct python_object *self,
						 struct python_object *arguments,
						 struct python_object *keywords)
{
	(void)self;
	tell_start(arguments);
	return python.PyObject_Call(start_joinable.original, arguments, keywords);
}

void python_threads_start(void)
{
	struct python_object *modules = python.PyImport_GetModuleDict();
	struct python_object *module = python.PyDict_GetItemString(modules, "_thread");
	struct python_object *names = module ? python.PyObject_GetAttrString(module, "__dict__")
					     : NULL;

	if (names) {
		python_builtin_replace(&start_new, names, "start_new_thread", hook_start_new);
		python_builtin_replace(&start_joinable, names, "start_joinable_thread",
				       hook_start_joinable);
		python.Py_DecRef(names);
	}
	python.PyErr_Clear();
}
