#include "python_c_types.h"

#include <stddef.h>
#include <string.h>

#include "python_catalog.h"
#include "python_classes.h"
#include "python_workers.h"

static const struct {
	const char *module, *attribute, *name;
	struct python_catalog_entry entry;
} c_types[] = {
#define ONE_THREAD PYTHON_CLASS_ONE_THREAD
#define PYTHON_CLASS(module, name, role, flags)
#define PYTHON_C_TYPE(module, attribute, name, role, flags)                                        \
	{module, attribute, name, {TRACE_ROLE_##role, flags, NULL}},
#include "python_catalog.def"
};
#define C_TYPE_COUNT (sizeof(c_types) / sizeof(*c_types))

static void c_type_add(struct python_object *type, size_t i)
{
	struct python_class *class = NULL;

	if (type->type->flags & PYTHON_TYPE_IS_TYPE)
		class = python_class_add((struct python_type *)(void *)type, true,
					 &c_types[i].entry);
	if (!class)
		return;
	class->name = python_class_name_of_text(c_types[i].name);
	python_workers_take(class->type, c_types[i].name);
}

static bool is_module_named(struct python_object *module, const char *name)
{
	struct python_object *value = python.PyObject_GetAttrString(module, "__name__");
	const char *text = NULL;
	bool is_named;

	if (value && python.PyType_IsSubtype(value->type, python.PyUnicode_Type))
		text = python.PyUnicode_AsUTF8AndSize(value, NULL);
	is_named = text && !strcmp(text, name);
	if (value)
		python.Py_DecRef(value);
	python.PyErr_Clear();
	return is_named;
}

void python_c_types_look(struct python_object *module)
{
	for (size_t i = 0; i < C_TYPE_COUNT; i++) {
		struct python_object *type = NULL;

		if (is_module_named(module, c_types[i].module))
			type = python.PyObject_GetAttrString(module, c_types[i].attribute);
		if (type) {
			c_type_add(type, i);
			python.Py_DecRef(type);
		}
		python.PyErr_Clear();
	}
}
