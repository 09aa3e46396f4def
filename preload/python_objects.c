#include "python_objects.h"

#include <errno.h>

#include "guard.h"
#include "python_classes.h"
#include "python_walk.h"
#include "python_generation.h"
#include "python_map.h"
#include "python_slots.h"
#include "recorder.h"

#define CONSTRUCTIONS_MAX 16

static bool is_on;
static struct python_map instances; /* object -> struct python_instance */
static struct python_instance *spare;

static __thread struct {
	const struct python_object *objects[CONSTRUCTIONS_MAX];
	size_t count;
} constructions;

bool python_objects_are_on(void)
{
	return __atomic_load_n(&is_on, __ATOMIC_RELAXED);
}

void python_objects_switch(bool on)
{
	__atomic_store_n(&is_on, on, __ATOMIC_RELAXED);
}

bool python_objects_are_alive(void)
{
	return instances.count > 0 && python_objects_are_on();
}

struct python_instance *python_object_find(const struct python_object *object)
{
	struct python_instance *instance = python_map_get(&instances, object);

	return instance && instance->class->type == object->type ? instance : NULL;
}

static uint32_t instance_flags(const struct python_class *class, bool is_adopted)
{
	bool is_for_one_thread = class->entry.flags & PYTHON_CLASS_ONE_THREAD;

	return (is_adopted ? TRACE_OBJECT_ADOPTED : 0) |
	       (is_for_one_thread ? TRACE_OBJECT_ONE_THREAD : 0);
}

static void instance_announce(struct python_instance *instance, uint32_t parent, bool is_adopted)
{
	struct python_class *class = instance->class;
	struct python_name *name = python_class_name(class);

	instance->generation = python_generation();
	instance->id = 0;
	if (!name)
		return;
	instance->id = recorder_object_created(&(struct recorder_object){
		.class_name = name->string,
		.number = ++name->count,
		.parent = parent,
		.address = (uint64_t)(uintptr_t)instance->object,
		.role = class->entry.role,
		.runtime = TRACE_RUNTIME_PYTHON,
		.flags = instance_flags(class, is_adopted),
	});
}

static struct python_instance *instance_add(const struct python_object *object,
					    struct python_class *class)
{
	struct python_instance *instance = python_map_get(&instances, object);

	if (!instance) {
		instance = spare;
		if (instance)
			spare = (struct python_instance *)(void *)instance->class;
		else
			instance = python_memory_take(sizeof(*instance));
		if (!instance || !python_map_set(&instances, object, instance))
			return NULL;
	}
	*instance = (struct python_instance){.object = object, .class = class};
	return instance;
}

static struct python_instance *instance_born(const struct python_object *object,
					     struct python_class *class)
{
	struct python_walk walk, *outer;
	struct python_instance *instance;

	python_walk_run(&walk);
	instance = instance_add(object, class);
	if (!instance)
		return NULL;
	outer = python_walk_publish(&walk);
	instance_announce(instance, walk.parent, false);
	python_walk_publish(outer);
	return instance;
}

void python_object_allocated(const struct python_object *object)
{
	struct python_class *class = python_class_resolve(object->type);
	struct python_instance *instance;

	if (!class)
		return;
	python_slots_renew(class);
	instance = instance_born(object, class);
	if (instance && !class->has_constructor) {
		instance->is_constructed = true;
		recorder_object_constructed(instance->id);
	}
}

void python_object_entered(const struct python_object *object)
{
	if (constructions.count < CONSTRUCTIONS_MAX)
		constructions.objects[constructions.count++] = object;
}

static bool construction_enter(const struct python_object *object)
{
	struct python_class *class = python_class_resolve(object->type);
	struct python_instance *instance = python_object_find(object);

	/* Its class was made by type() or the like, so this is the first we hear of it. */
	if (!instance && class && !(class->entry.flags & PYTHON_CLASS_HOLDS_SOCKET))
		instance = instance_born(object, class);
	if (!instance || instance->is_constructing || instance->is_constructed)
		return false;
	instance->is_constructing = true;
	if (instance->class->is_c_type)
		python_object_entered(object);
	return true;
}

bool python_object_constructing(const struct python_object *object)
{
	unsigned int depth = guard_raise();
	int error = errno;
	bool is_outermost = construction_enter(object);

	errno = error;
	guard_restore(depth);
	return is_outermost;
}

/* Not always the last one that was entered: greenlets leave in any order. */
void python_object_left(const struct python_object *object)
{
	size_t kept = 0;

	for (size_t i = 0; i < constructions.count; i++) {
		if (constructions.objects[i] != object)
			constructions.objects[kept++] = constructions.objects[i];
	}
	constructions.count = kept;
}

/*
 * psycopg 3 connects in a class method, before there is an object: asking the finished object for
 * its descriptor is the only way to join the two. It runs the library's own fileno().
 */
static void link_by_fd(struct python_object *object, uint32_t id)
{
	struct python_object *method = python.PyObject_GetAttrString(object, "fileno");
	struct python_object *number = method ? python.PyObject_CallObject(method, NULL) : NULL;
	int fd = number ? (int)python.PyLong_AsLong(number) : -1;
	uint32_t socket = fd >= 0 ? recorder_socket_id(fd) : 0;

	if (socket)
		recorder_link(socket, id, TRACE_LINK_OWNER, TRACE_MATCH_FD, 0);
	if (method)
		python.Py_DecRef(method);
	if (number)
		python.Py_DecRef(number);
	python.PyErr_Clear();
}

static void construction_end(struct python_object *object, bool has_succeeded)
{
	struct python_instance *instance = python_object_find(object);

	python_object_left(object);
	if (!instance || !instance->is_constructing)
		return;
	instance->is_constructing = false;
	instance->is_constructed = has_succeeded;
	if (!has_succeeded)
		return;
	recorder_object_constructed(python_object_id(instance));
	if (instance->class->entry.flags & PYTHON_CLASS_HAS_FD)
		link_by_fd(object, python_object_id(instance));
}

void python_object_constructed(struct python_object *object, bool has_succeeded)
{
	unsigned int depth = guard_raise();
	int error = errno;

	construction_end(object, has_succeeded);
	errno = error;
	guard_restore(depth);
}

void python_object_seen_at_work(struct python_instance *instance)
{
	if (instance->is_constructing || instance->is_constructed)
		return;
	instance->is_constructed = true;
	recorder_object_constructed(python_object_id(instance));
}

void python_object_ended(const struct python_object *object, bool is_collected)
{
	struct python_instance *instance = python_map_get(&instances, object);
	enum trace_object_end end = is_collected ? TRACE_OBJECT_END_GC : TRACE_OBJECT_END_REFCOUNT;

	if (!instance)
		return;
	python_object_left(object);
	python_map_remove(&instances, object);
	if (instance->id && instance->generation == python_generation())
		recorder_object_ended(instance->id, python_is_up() ? end : TRACE_OBJECT_END_EXIT);
	instance->class = (struct python_class *)(void *)spare;
	spare = instance;
}

uint32_t python_object_id(struct python_instance *instance)
{
	if (instance->generation != python_generation())
		instance_announce(instance, 0, true);
	return instance->id;
}

uint32_t python_object_adopt(const struct python_object *object)
{
	struct python_class *class = python_class_resolve(object->type);
	struct python_instance *instance;

	if (!class || (class->entry.flags & PYTHON_CLASS_HOLDS_SOCKET))
		return 0;
	python_slots_renew(class);
	instance = instance_add(object, class);
	if (!instance)
		return 0;
	instance->is_constructed = true;
	instance_announce(instance, 0, true);
	return instance->id;
}

size_t python_objects_under_construction(uint32_t *ids, size_t max)
{
	size_t count = 0;

	for (size_t i = constructions.count; i-- > 0 && count < max;) {
		struct python_instance *instance = python_object_find(constructions.objects[i]);

		if (instance)
			ids[count++] = python_object_id(instance);
	}
	return count;
}
