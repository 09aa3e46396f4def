#include "python_constructions.h"

#include <errno.h>

#include "guard.h"
#include "python_classes.h"
#include "python_objects.h"
#include "python_slots.h"
#include "recorder.h"

#define ENTERED_MAX   16
#define CREATIONS_MAX 8

static __thread struct {
	const struct python_object *objects[ENTERED_MAX];
	size_t count;
} entered;

/* A __new__ that runs, and what it has allocated. */
struct creation {
	const struct python_object *type, *object;
};

static __thread struct {
	struct creation running[CREATIONS_MAX];
	size_t count;
} creations;

void python_object_entered(const struct python_object *object)
{
	if (entered.count < ENTERED_MAX)
		entered.objects[entered.count++] = object;
}

/* Not always the last one that was entered: greenlets leave in any order. */
void python_object_left(const struct python_object *object)
{
	size_t kept = 0;

	for (size_t i = 0; i < entered.count; i++) {
		if (entered.objects[i] != object)
			entered.objects[kept++] = entered.objects[i];
	}
	entered.count = kept;
}

size_t python_objects_under_construction(uint32_t *ids, size_t max)
{
	size_t count = 0;

	for (size_t i = entered.count; i-- > 0 && count < max;) {
		struct python_instance *instance = python_object_find(entered.objects[i]);

		if (instance)
			ids[count++] = python_object_id(instance);
	}
	return count;
}

/* ---- __new__ ---- */

static struct creation *creation_of(const struct python_object *type)
{
	for (size_t i = creations.count; i-- > 0;) {
		if (creations.running[i].type == type)
			return &creations.running[i];
	}
	return NULL;
}

bool python_construction_new_entered(struct python_object *type)
{
	unsigned int depth;
	int error = errno;
	bool is_tracked;

	if (!(type->type->flags & PYTHON_TYPE_IS_TYPE) || creation_of(type) ||
	    creations.count == CREATIONS_MAX)
		return false;
	depth = guard_raise();
	is_tracked = python_class_resolve((struct python_type *)(void *)type) != NULL;
	guard_restore(depth);
	errno = error;
	if (is_tracked)
		creations.running[creations.count++] = (struct creation){.type = type};
	return is_tracked;
}

static void created(const struct python_object *object)
{
	struct python_instance *instance = python_object_find(object);

	python_object_left(object);
	if (!instance)
		return;
	instance->is_creating = false;
	if (!instance->class->has_constructor)
		python_object_constructed(instance);
}

void python_construction_new_left(const struct python_object *type)
{
	struct creation *creation = creation_of(type);
	unsigned int depth = guard_raise();
	int error = errno;

	if (creation) {
		const struct python_object *object = creation->object;

		*creation = creations.running[--creations.count];
		if (object)
			created(object);
	}
	errno = error;
	guard_restore(depth);
}

void python_construction_allocated(const struct python_object *object)
{
	struct creation *creation = creation_of(&object->type->object);
	struct python_instance *instance = python_object_allocated(object);

	if (!instance)
		return;
	if (creation && !creation->object) {
		creation->object = object;
		instance->is_creating = true;
		python_object_entered(object);
	} else if (!instance->class->has_constructor) {
		python_object_constructed(instance);
	}
}

void python_construction_forget(const struct python_object *object)
{
	python_object_left(object);
	for (size_t i = 0; i < creations.count; i++) {
		if (creations.running[i].object == object)
			creations.running[i].object = NULL;
	}
}

/* ---- __init__ ---- */

static bool init_enter(const struct python_object *object)
{
	struct python_class *class = python_class_resolve(object->type);
	struct python_instance *instance = python_object_find(object);

	/* Its class was made by a metaclass, so this is the first we hear of it. */
	if (!instance && class && !(class->entry.flags & PYTHON_CLASS_HOLDS_SOCKET))
		instance = python_object_born(object, class);
	if (!instance || instance->is_constructing || instance->is_constructed)
		return false;
	instance->is_constructing = true;
	if (instance->class->is_c_type)
		python_object_entered(object);
	return true;
}

bool python_construction_init_entered(const struct python_object *object)
{
	unsigned int depth = guard_raise();
	int error = errno;
	bool is_outermost = init_enter(object);

	errno = error;
	guard_restore(depth);
	return is_outermost;
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

static void link_proxy(struct python_object *object)
{
	struct python_object *behind = python.PyObject_GetAttrString(object, "sync_engine");

	if (behind) {
		python_object_stands_before(object, behind);
		python.Py_DecRef(behind); /* the proxy holds it */
	}
	python.PyErr_Clear();
}

/* One that failed has ended as well: what it had connected, it connected at creation. */
static void init_leave(struct python_object *object, bool has_succeeded)
{
	struct python_instance *instance = python_object_find(object);

	python_object_left(object);
	if (!instance || !instance->is_constructing)
		return;
	instance->is_constructing = false;
	python_object_constructed(instance);
	if (has_succeeded && (instance->class->entry.flags & PYTHON_CLASS_HAS_FD))
		link_by_fd(object, python_object_id(instance));
	if (has_succeeded && (instance->class->entry.flags & PYTHON_CLASS_IS_PROXY))
		link_proxy(object);
}

void python_construction_init_left(struct python_object *object, bool has_succeeded)
{
	unsigned int depth = guard_raise();
	int error = errno;

	init_leave(object, has_succeeded);
	errno = error;
	guard_restore(depth);
}
