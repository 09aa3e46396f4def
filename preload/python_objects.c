#include "python_objects.h"

#include "guard.h"
#include "python_classes.h"
#include "python_generation.h"
#include "python_map.h"
#include "python_walk.h"
#include "recorder.h"

static bool is_on;
static struct python_map instances; /* object -> struct python_instance */
static struct python_instance *spare;

bool python_objects_are_on(void)
{
	return __atomic_load_n(&is_on, __ATOMIC_RELAXED);
}

void python_objects_switch(bool on)
{
	__atomic_store_n(&is_on, on, __ATOMIC_RELAXED);
}

bool python_objects_may_record(void)
{
	return !guard_is_up() && python_objects_are_on() && python_is_up();
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

void python_object_stands_before(const struct python_object *proxy,
				 const struct python_object *object)
{
	struct python_instance *before = python_object_find(proxy);
	struct python_instance *behind = python_object_find(object);

	if (!before || !behind)
		return;
	before->behind = object;
	behind->proxy = proxy;
}

/* Another object may be where the proxy was. */
const struct python_object *python_object_proxy(const struct python_object *object)
{
	const struct python_instance *behind = python_object_find(object);
	const struct python_instance *before = behind && behind->proxy
						       ? python_object_find(behind->proxy)
						       : NULL;

	return before && before->behind == object ? behind->proxy : NULL;
}

static uint32_t instance_flags(const struct python_instance *instance, bool is_adopted)
{
	bool is_for_one_thread = instance->class->entry.flags & PYTHON_CLASS_ONE_THREAD;

	return (is_adopted ? TRACE_OBJECT_ADOPTED : 0) |
	       (instance->is_revived ? TRACE_OBJECT_DEATH_UNKNOWN : 0) |
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
		.flags = instance_flags(instance, is_adopted),
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

struct python_instance *python_object_born(const struct python_object *object,
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

struct python_instance *python_object_allocated(const struct python_object *object)
{
	struct python_class *class = python_class_resolve(object->type);

	/* Another was at this address, and had revived itself. */
	python_object_ended(object, false);
	if (!class)
		return NULL;
	python_class_renew(class);
	return python_object_born(object, class);
}

void python_object_constructed(struct python_instance *instance)
{
	if (instance->is_constructed)
		return;
	instance->is_constructed = true;
	recorder_object_constructed(python_object_id(instance));
}

void python_object_seen_at_work(struct python_instance *instance)
{
	if (!instance->is_creating && !instance->is_constructing)
		python_object_constructed(instance);
}

void python_object_ended(const struct python_object *object, bool is_collected)
{
	struct python_instance *instance = python_map_get(&instances, object);
	enum trace_object_end end = is_collected ? TRACE_OBJECT_END_GC : TRACE_OBJECT_END_REFCOUNT;

	if (!instance)
		return;
	python_map_remove(&instances, object);
	if (instance->id && instance->generation == python_generation() && !instance->is_revived) {
		/* Its constructor, which failed, is still on the stack. */
		python_object_constructed(instance);
		recorder_object_ended(instance->id, python_is_up() ? end : TRACE_OBJECT_END_EXIT);
	}
	instance->class = (struct python_class *)(void *)spare;
	spare = instance;
}

void python_object_revived(const struct python_object *object)
{
	struct python_instance *instance = python_map_get(&instances, object);

	/* The deallocator of a type written in C will tell. */
	if (!instance || instance->is_revived || instance->class->is_c_type)
		return;
	instance->is_revived = true;
	python_object_constructed(instance);
	recorder_object_revived(python_object_id(instance));
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
	python_class_renew(class);
	instance = instance_add(object, class);
	if (!instance)
		return 0;
	instance->is_constructed = true;
	instance_announce(instance, 0, true);
	return instance->id;
}
