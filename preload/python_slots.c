#include "python_slots.h"

#include <errno.h>
#include <string.h>

#include "guard.h"
#include "python_classes.h"
#include "python_objects.h"

/* PY_VECTORCALL_ARGUMENTS_OFFSET, Include/cpython/abstract.h */
#define COUNT_FLAG ((size_t)1 << (8 * sizeof(size_t) - 1))

static python_vectorcall_fn standard_vectorcall;
static size_t vectorcall_offset_bytes;
static __thread unsigned int finalizing_depth;

static bool may_record(void)
{
	return !guard_is_up() && python_objects_are_on() && python_is_up();
}

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

	if (object && may_record()) {
		unsigned int depth = guard_raise();
		int error = errno;

		python_object_allocated(object);
		errno = error;
		guard_restore(depth);
	}
	return object;
}

static void tell_ended(struct python_object *object, bool is_collected)
{
	unsigned int depth = guard_raise();
	int error = errno;

	python_object_ended(object, is_collected);
	errno = error;
	guard_restore(depth);
}

/*
 * A deallocator calls finalizers with exactly one reference, its own
 * (PyObject_CallFinalizerFromDealloc); the collector adds one to those of the cycle
 * (Modules/gcmodule.c, finalize_garbage). More than one after a deallocator's call is a
 * resurrection.
 */
static void hook_finalize(struct python_object *self)
{
	struct python_class *class = class_with(self->type, has_finalize);
	bool is_collected = self->reference_count > 1;

	if (class && class->finalize) {
		finalizing_depth++;
		class->finalize(self);
		finalizing_depth--;
	}
	if (is_collected || self->reference_count == 1)
		tell_ended(self, is_collected);
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
	bool is_outermost = may_record() && python_object_constructing(self);
	int result = class->init(self, arguments, keywords);

	if (is_outermost)
		python_object_constructed(self, result == 0);
	return result;
}

static struct python_object *hook_vectorcall(struct python_object *function,
					     struct python_object *const *arguments,
					     size_t count_and_flag,
					     struct python_object *keyword_names)
{
	struct python_object *self = (count_and_flag & ~COUNT_FLAG) ? arguments[0] : NULL;
	struct python_object *result;
	bool is_outermost = self && may_record() && python_object_constructing(self);

	result = standard_vectorcall(function, arguments, count_and_flag, keyword_names);
	if (is_outermost)
		python_object_constructed(self, result != NULL);
	return result;
}

static python_vectorcall_fn *vectorcall_of(struct python_object *function)
{
	return (python_vectorcall_fn *)(void *)((char *)function + vectorcall_offset_bytes);
}

bool python_slots_start(struct python_object *function)
{
	size_t size_bytes = (size_t)function->type->basic_size;
	unsigned int found = 0;

	standard_vectorcall = python.PyVectorcall_Function ? python.PyVectorcall_Function(function)
							   : python._PyFunction_Vectorcall;
	for (size_t at = sizeof(*function); at < size_bytes; at += sizeof(void *)) {
		if (memcmp((char *)function + at, &standard_vectorcall, sizeof(void *)))
			continue;
		vectorcall_offset_bytes = at;
		found++;
	}
	return standard_vectorcall && found == 1;
}

bool python_slots_take_function(struct python_object *function)
{
	python_vectorcall_fn *vectorcall = vectorcall_of(function);

	if (*vectorcall == hook_vectorcall)
		return true;
	if (*vectorcall != standard_vectorcall)
		return false;
	if (python.PyFunction_SetVectorcall)
		python.PyFunction_SetVectorcall(function, hook_vectorcall);
	else
		*vectorcall = hook_vectorcall;
	return true;
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
	if (class->is_c_type && type->init) {
		type->init = hook_init;
		class->has_constructor = true;
	}
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
