#include "python_threads.h"

#include <errno.h>

#include "guard.h"
#include "python_builtin.h"
#include "python_objects.h"
#include "python_starts.h"

/* _thread's functions: the second is what threading calls from 3.13 on. */
static struct python_builtin start_new, start_joinable;

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

static void tell_start(struct python_object *arguments)
{
	struct python_object *thread;
	unsigned int depth;
	int error = errno;

	if (guard_is_up() || !python_objects_are_on() || !python_is_up() ||
	    python.PyTuple_Size(arguments) < 1)
		return;
	depth = guard_raise();
	thread = thread_of(arguments);
	if (thread)
		python_start_keep(thread);
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
