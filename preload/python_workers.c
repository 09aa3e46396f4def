#include "python_workers.h"

#include <string.h>

#include "python_constructions.h"

/* A method of METH_NOARGS, METH_O or METH_VARARGS (Include/methodobject.h). */
typedef struct python_object *(*worker_fn)(struct python_object *self,
					   struct python_object *argument);

/* PyMethodDescrObject, Include/cpython/descrobject.h: the same in 3.8 to 3.13. */
struct method_descriptor {
	struct python_object object;
	void *reserved[3];
	struct {
		const char *name;
		worker_fn function;
		int flags;
	} * method;
};
#define FLAGS_OF_TWO_ARGUMENTS (0x0001 | 0x0004 | 0x0008) /* VARARGS, NOARGS, O */

#define PYTHON_CLASS(module, name, role, flags)
#define PYTHON_WORKER(identifier, type, method) WORKER_##identifier,
enum worker_index {
#include "python_catalog.def"
	WORKER_COUNT
};

static worker_fn borrowed[WORKER_COUNT];

static struct python_object *work(enum worker_index index, struct python_object *self,
				  struct python_object *argument)
{
	struct python_object *result;

	python_object_entered(self);
	result = borrowed[index](self, argument);
	python_object_left(self);
	return result;
}

#define PYTHON_CLASS(module, name, role, flags)
#define PYTHON_WORKER(identifier, type, method)                                                    \
	static struct python_object *hook_##identifier(struct python_object *self,                 \
						       struct python_object *argument)             \
	{                                                                                          \
		return work(WORKER_##identifier, self, argument);                                  \
	}
#include "python_catalog.def"

static const struct {
	const char *type, *method;
	worker_fn hook;
} workers[] = {
#define PYTHON_CLASS(module, name, role, flags)
#define PYTHON_WORKER(identifier, type, method) {type, method, hook_##identifier},
#include "python_catalog.def"
};

static void worker_take(size_t index, struct python_object *descriptor)
{
	struct method_descriptor *taken = (struct method_descriptor *)(void *)descriptor;

	if (borrowed[index] || descriptor->type != python.PyMethodDescr_Type ||
	    strcmp(taken->method->name, workers[index].method) != 0 ||
	    !(taken->method->flags & FLAGS_OF_TWO_ARGUMENTS) ||
	    (taken->method->flags & ~FLAGS_OF_TWO_ARGUMENTS))
		return;
	borrowed[index] = taken->method->function;
	taken->method->function = workers[index].hook;
}

void python_workers_take(struct python_type *type, const char *name)
{
	for (size_t i = 0; i < WORKER_COUNT; i++) {
		struct python_object *descriptor = NULL;

		if (!strcmp(workers[i].type, name))
			descriptor = python.PyObject_GetAttrString(&type->object,
								   workers[i].method);
		if (descriptor) {
			worker_take(i, descriptor);
			python.Py_DecRef(descriptor);
		}
		python.PyErr_Clear();
	}
}
