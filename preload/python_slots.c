#include "python_slots.h"

#include <errno.h>

#include "guard.h"
#include "python_classes.h"
#include "python_constructions.h"
#include "python_objects.h"

static __thread unsigned int finalizing_depth;

static struct python_object *hook_alloc(struct python_type *type, ssize_t item_count);
static void hook_finalize(struct python_object *self);
static void hook_dealloc(struct python_object *self);
static int hook_init(struct python_object *self, struct python_object *arguments,
		     struct python_object *keywords);

/* The record of the nearest base that `has_hook`: it knows what the hook stands for. */
static struct python_class *class_with(struct python_type *type,
				       bool (*has_hook)(const struct python_type *type))
{
	struct python_class *class = NULL;

	for (; type && !class; type = type->base)
		class = has_hook(type) ? python_class_find(type) : NULL;
	return class;
}

static bool has_alloc(const struct python_type *type)
{
	return type->alloc == hook_alloc;
}

static bool has_init(const struct python_type *type)
{
	return type->init == hook_init;
}

static bool has_finalize(const struct python_type *type)
{
	return type->finalize == hook_finalize;
}

static bool has_dealloc(const struct python_type *type)
{
	return type->dealloc == hook_dealloc;
}

static struct python_object *hook_alloc(struct python_type *type, ssize_t item_count)
{
	struct python_class *class = class_with(type, has_alloc);
	python_alloc_fn alloc = class ? class->alloc : python.PyType_GenericAlloc;
	struct python_object *object = alloc(type, item_count);

	if (object && python_objects_may_record()) {
		unsigned int depth = guard_raise();
		int error = errno;

		python_construction_allocated(object);
		errno = error;
		guard_restore(depth);
	}
	return object;
}

static void tell_ended(struct python_object *object, bool is_collected)
{
	unsigned int depth = guard_raise();
	int error = errno;

	python_construction_forget(object);
	python_object_ended(object, is_collected);
	errno = error;
	guard_restore(depth);
}

static void tell_revived(struct python_object *object)
{
	unsigned int depth = guard_raise();
	int error = errno;

	python_object_revived(object);
	errno = error;
	guard_restore(depth);
}

/*
 * A deallocator calls finalizers with exactly one reference, its own
 * (PyObject_CallFinalizerFromDealloc); the collector adds one to those of the cycle
 * (Modules/gcmodule.c, finalize_garbage). More of them after the call are a resurrection.
 */
static void hook_finalize(struct python_object *self)
{
	struct python_class *class = class_with(self->type, has_finalize);
	ssize_t references = self->reference_count;

	if (class && class->finalize) {
		finalizing_depth++;
		class->finalize(self);
		finalizing_depth--;
	}
	if (self->reference_count > references)
		tell_revived(self);
	else
		tell_ended(self, references > 1);
}

static void hook_dealloc(struct python_object *self)
{
	struct python_class *class = class_with(self->type, has_dealloc);

	tell_ended(self, false);
	finalizing_depth++;
	class->dealloc(self);
	finalizing_depth--;
}

static int hook_init(struct python_object *self, struct python_object *arguments,
		     struct python_object *keywords)
{
	struct python_class *class = class_with(self->type, has_init);
	bool is_outermost = python_objects_may_record() && python_construction_init_entered(self);
	int result = class->init(self, arguments, keywords);

	if (is_outermost)
		python_construction_init_left(self, result == 0);
	return result;
}

bool python_slots_are_ours(const struct python_type *type)
{
	return has_alloc(type) || has_finalize(type) || has_dealloc(type);
}

/* A subclass may have inherited a hook: what it stands for is in the base's record. */
static void slots_keep(struct python_class *class)
{
	struct python_type *type = class->type;

#define KEEP(slot)                                                                                 \
	class->slot = has_##slot(type) ? class_with(type->base, has_##slot)->slot : type->slot
	KEEP(alloc);
	KEEP(init);
	KEEP(finalize);
	KEEP(dealloc);
#undef KEEP
}

bool python_slots_take_init(struct python_class *class)
{
	struct python_type *type = class->type;

	if (!has_init(type)) {
		class->init = type->init;
		type->init = hook_init;
	}
	return true;
}

bool python_slots_take(struct python_class *class)
{
	struct python_type *type = class->type;

	if (!class->is_c_type && !python_api_check(type))
		return false;
	slots_keep(class);
	type->finalize = hook_finalize; /* the collector's way to types written in C as well */
	if (class->entry.flags & PYTHON_CLASS_HOLDS_SOCKET)
		return true;
	type->alloc = hook_alloc;
	if (class->is_c_type && type->init)
		class->has_constructor = python_slots_take_init(class);
	/* The deallocator of Python's own classes calls that of the C type below them. */
	if (class->is_c_type && !class_with(type->base, has_dealloc))
		type->dealloc = hook_dealloc;
	return true;
}

/* Assigning to __del__ or __bases__ computes the slots anew (Objects/typeobject.c, update_slot). */
void python_slots_renew(struct python_class *class)
{
	struct python_type *type = class->type;

	if (has_finalize(type))
		return;
	class->finalize = type->finalize;
	type->finalize = hook_finalize;
}

bool python_slots_is_finalizing(void)
{
	return finalizing_depth > 0;
}
