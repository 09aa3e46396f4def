#include "python.h"

#include <errno.h>
#include <string.h>

#include "environment.h"
#include "guard.h"
#include "python_api.h"
#include "python_audit.h"
#include "python_builtin.h"
#include "python_c_types.h"
#include "python_capture.h"
#include "python_catalog.h"
#include "python_frames.h"
#include "python_generation.h"
#include "python_objects.h"
#include "python_tasks.h"
#include "python_threads.h"
#include "python_type_calls.h"
#include "recorder.h"

static struct python_builtin build_class;    /* builtins.__build_class__ */
static struct python_builtin create_dynamic; /* of _imp: opens a module written in C */
static struct python_builtin exec_dynamic;   /* and runs its second phase, if it has one */
static bool is_absent;                       /* no Python in the program when it started */

static void note_unknown(struct recorder_capture *capture)
{
	(void)capture;
	recorder_note("this Python is none of CPython 3.8 to 3.13 with a GIL: its objects and "
		      "frames are not recorded",
		      true);
}

static struct python_object *hook_build_class(struct python_object *self,
					      struct python_object *arguments,
					      struct python_object *keywords)
{
	struct python_object *made = python.PyObject_Call(build_class.original, arguments,
							  keywords);

	(void)self;
	if (made)
		python_type_made(made);
	return made;
}

static void tell_module(struct python_object *module)
{
	unsigned int depth = guard_raise();
	int error = errno;

	if (module && python_objects_are_on() && python_is_main_interpreter())
		python_c_types_look(module);
	errno = error;
	guard_restore(depth);
}

static struct python_object *hook_create_dynamic(struct python_object *self,
						 struct python_object *arguments,
						 struct python_object *keywords)
{
	struct python_object *module = python.PyObject_Call(create_dynamic.original, arguments,
							    keywords);

	(void)self;
	tell_module(module);
	return module;
}

static struct python_object *hook_exec_dynamic(struct python_object *self,
					       struct python_object *arguments,
					       struct python_object *keywords)
{
	struct python_object *result = python.PyObject_Call(exec_dynamic.original, arguments,
							    keywords);

	(void)self;
	if (result)
		tell_module(python.PyTuple_GetItem(arguments, 0));
	return result;
}

static bool builtins_replace(void)
{
	struct python_object *builtins = python.PyEval_GetBuiltins();
	struct python_object *modules = python.PyImport_GetModuleDict();
	struct python_object *imp = python.PyDict_GetItemString(modules, "_imp");
	struct python_object *names = imp ? python.PyObject_GetAttrString(imp, "__dict__") : NULL;
	bool is_replaced = builtins && python_builtin_replace(&build_class, builtins,
							      "__build_class__", hook_build_class);

	if (names) {
		python_builtin_replace(&create_dynamic, names, "create_dynamic",
				       hook_create_dynamic);
		python_builtin_replace(&exec_dynamic, names, "exec_dynamic", hook_exec_dynamic);
		python.Py_DecRef(names);
	}
	python.PyErr_Clear();
	return is_replaced;
}

/* The first import is made by Python itself as it starts, before any of the program's code. */
static void runtime_begin(void)
{
	static bool has_begun;

	if (has_begun)
		return;
	has_begun = true;
	if (python_frames_start() && builtins_replace()) {
		python_threads_start();
		python_type_calls_start();
		python_objects_switch(true);
		recorder_add_runtime(python_capture);
	} else {
		recorder_add_runtime(note_unknown);
	}
	python.PyErr_Clear();
}

/*
 * The audit event comes before the import, so what is there by now came with an earlier one. From
 * 3.13 on no event tells of a new interpreter but its imports.
 */
static void module_is_imported(void)
{
	if (!python_is_main_interpreter()) {
		python_capture_many_interpreters();
		return;
	}
	runtime_begin();
	if (python_objects_are_on())
		python_tasks_look();
}

static void event_handle(const char *event)
{
	if (!strcmp(event, "import"))
		module_is_imported();
	else if (!strcmp(event, "cpython.PyInterpreterState_New"))
		python_capture_many_interpreters();
}

/* Hundreds of other events come by: tell them off by as little as possible. */
static bool is_wanted(const char *event)
{
	return !strcmp(event, "import") || !strcmp(event, "cpython.PyInterpreterState_New") ||
	       !strcmp(event, "cpython._PySys_ClearAuditHooks");
}

/* Comes when Python is no longer initialized, and may have no thread state. */
static void event_end(void)
{
	python_objects_switch(false);
	python_capture_end();
	python_audit_ends();
}

static int hook_audit(const char *event, struct python_object *arguments, void *context)
{
	unsigned int depth;
	int error = errno;

	(void)arguments;
	(void)context;
	if (!is_wanted(event))
		return 0;
	depth = guard_raise();
	if (!strcmp(event, "cpython._PySys_ClearAuditHooks"))
		event_end();
	else if (!depth && python.Py_IsInitialized())
		event_handle(event);
	guard_restore(depth);
	errno = error;
	return 0;
}

/* The audit hook has to be there before Py_Initialize(), of which nothing tells. */
void python_library_seen(const char *name)
{
	if (is_absent && !strncmp(name, "libpython", sizeof("libpython") - 1))
		recorder_note("Python was loaded by a program that had started without it: its "
			      "objects and frames are not recorded",
			      true);
}

void python_start(void)
{
	switch (python_api_find()) {
	case PYTHON_ABSENT:
		is_absent = true;
		return;
	case PYTHON_UNKNOWN:
		recorder_add_runtime(note_unknown);
		return;
	case PYTHON_USABLE:
		break;
	}
	python_catalog_start(environment_get("SOCKLIFE_TRACK"));
	if (!python_generation_start() || !python_audit_add(hook_audit))
		recorder_add_runtime(note_unknown);
}
