#include "python.h"

#include <errno.h>
#include <string.h>

#include "environment.h"
#include "guard.h"
#include "python_api.h"
#include "python_capture.h"
#include "python_catalog.h"
#include "python_classes.h"
#include "python_frames.h"
#include "python_generation.h"
#include "python_objects.h"
#include "python_threads.h"
#include "recorder.h"

static struct python_object *build_class; /* builtins.__build_class__ as it was */
static struct python_method build_class_method;

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
	struct python_object *made = python.PyObject_Call(build_class, arguments, keywords);
	unsigned int depth = guard_raise();
	int error = errno;

	(void)self;
	if (made && python_objects_are_on())
		python_class_made(made);
	errno = error;
	guard_restore(depth);
	return made;
}

/* The function that takes its place has the same name, module and text. */
static bool build_class_replace(void)
{
	struct python_object *builtins = python.PyEval_GetBuiltins(), *replacement;
	struct python_object *module, *text;

	build_class = builtins ? python.PyDict_GetItemString(builtins, "__build_class__") : NULL;
	if (!build_class)
		return false;
	python.Py_IncRef(build_class);
	module = python.PyObject_GetAttrString(build_class, "__self__");
	text = python.PyObject_GetAttrString(build_class, "__doc__"); /* kept: its text is used */
	build_class_method = (struct python_method){
		.name = "__build_class__",
		.function = hook_build_class,
		.flags = PYTHON_METHOD_VARARGS | PYTHON_METHOD_KEYWORDS,
		.text = text ? python.PyUnicode_AsUTF8AndSize(text, NULL) : NULL,
	};
	replacement = python.PyCFunction_NewEx(&build_class_method, module,
					       python.PyUnicode_FromString("builtins"));
	return replacement &&
	       !python.PyDict_SetItemString(builtins, "__build_class__", replacement);
}

/* The first import is made by Python itself as it starts, before any of the program's code. */
static void runtime_begin(void)
{
	static bool has_begun;

	if (has_begun || !python_is_main_interpreter())
		return;
	has_begun = true;
	if (python_frames_start() && build_class_replace()) {
		python_objects_switch(true);
		recorder_add_runtime(python_capture);
	} else {
		recorder_add_runtime(note_unknown);
	}
	python.PyErr_Clear();
}

static int search_later(void *again)
{
	unsigned int depth = guard_raise();

	python_class_search();
	guard_restore(depth);
	(void)again;
	return 0;
}

static void event_import(struct python_object *arguments)
{
	runtime_begin();
	(void)arguments;
	if (python_objects_are_on() && python_is_main_interpreter())
		python_class_search();
	(void)search_later;
}

static void event_handle(const char *event, struct python_object *arguments)
{
	if (!strcmp(event, "import"))
		event_import(arguments);
	else if (!strcmp(event, "cpython.PyInterpreterState_New"))
		python_capture_many_interpreters();
	else if (!strcmp(event, "cpython._PySys_ClearAuditHooks"))
		python_objects_switch(false);
	else if (python_objects_are_on() && python_is_main_interpreter())
		python_thread_starts(arguments);
}

/* Hundreds of other events come by: tell them off by as little as possible. */
static bool is_wanted(const char *event)
{
	return !strcmp(event, "import") || !strncmp(event, "_thread.start_", 14) ||
	       !strcmp(event, "cpython.PyInterpreterState_New") ||
	       !strcmp(event, "cpython._PySys_ClearAuditHooks");
}

static int hook_audit(const char *event, struct python_object *arguments, void *context)
{
	unsigned int depth;
	int error = errno;

	(void)context;
	if (guard_is_up() || !is_wanted(event) || !python.Py_IsInitialized())
		return 0;
	depth = guard_raise();
	event_handle(event, arguments);
	guard_restore(depth);
	errno = error;
	return 0;
}

void python_start(void)
{
	switch (python_api_find()) {
	case PYTHON_ABSENT:
		return;
	case PYTHON_UNKNOWN:
		recorder_add_runtime(note_unknown);
		return;
	case PYTHON_USABLE:
		break;
	}
	python_catalog_start(environment_get("SOCKLIFE_TRACK"));
	if (!python_generation_start() || python.PySys_AddAuditHook(hook_audit, NULL))
		recorder_add_runtime(note_unknown);
}
