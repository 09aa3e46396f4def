#include "python_tasks.h"

#include <errno.h>

#include "guard.h"
#include "python_api.h"
#include "python_objects.h"
#include "python_starts.h"

static struct python_type *task_type; /* _asyncio.Task */
static python_init_fn task_init;
static struct python_object *running_loop; /* _asyncio._get_running_loop */
static struct python_object *running;      /* _asyncio._current_tasks: loop -> task */

/* Before the constructor, which from 3.12 on may run the task's first step (eager_start). */
static int hook_task_init(struct python_object *self, struct python_object *arguments,
			  struct python_object *keywords)
{
	if (self->type == task_type && !guard_is_up() && python_objects_are_alive() &&
	    python_is_up() && python_is_main_interpreter()) {
		unsigned int depth = guard_raise();
		int error = errno;

		python_start_keep(self);
		errno = error;
		guard_restore(depth);
	}
	return task_init(self, arguments, keywords);
}

/* Half of it may be missing: while the module is carried out it imports others. */
static void tasks_take(struct python_object *module)
{
	struct python_object *type = python.PyObject_GetAttrString(module, "Task");
	struct python_object *loop = python.PyObject_GetAttrString(module, "_get_running_loop");
	struct python_object *tasks = python.PyObject_GetAttrString(module, "_current_tasks");

	python.PyErr_Clear();
	if (type && loop && tasks && tasks->type == python.PyDict_Type &&
	    (type->type->flags & PYTHON_TYPE_IS_TYPE)) {
		running_loop = loop;
		running = tasks;
		task_type = (struct python_type *)(void *)type;
		task_init = task_type->init;
		task_type->init = hook_task_init;
		return;
	}
	if (type)
		python.Py_DecRef(type);
	if (loop)
		python.Py_DecRef(loop);
	if (tasks)
		python.Py_DecRef(tasks);
}

void python_tasks_look(void)
{
	struct python_object *modules, *module;

	if (task_type)
		return;
	modules = python.PyImport_GetModuleDict();
	module = modules ? python.PyDict_GetItemString(modules, "_asyncio") : NULL;
	if (module)
		tasks_take(module);
}

const void *python_task_current(void)
{
	struct python_object *type, *value, *trace, *loop, *task = NULL;

	if (!task_type || !python_starts_are_kept())
		return NULL;
	python.PyErr_Fetch(&type, &value, &trace);
	loop = python.PyObject_CallObject(running_loop, NULL);
	task = loop ? python.PyDict_GetItem(running, loop) : NULL;
	if (loop)
		python.Py_DecRef(loop);
	python.PyErr_Restore(type, value, trace);
	return task && task->type == task_type ? task : NULL;
}
