#include "python_classes.h"

#include <stdio.h>
#include <string.h>

#include "python_generation.h"
#include "python_map.h"
#include "python_slots.h"
#include "python_workers.h"
#include "recorder.h"

#define NAME_MAX_BYTES 512

static struct python_map classes; /* type -> struct python_class */
static struct python_name *names;

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

/* type.__getattribute__ itself, so that no metaclass of the program's is run. */
static struct python_object *type_attribute(struct python_type *type, const char *name)
{
	struct python_object *key = python.PyUnicode_FromString(name), *value;

	if (!key)
		return NULL;
	value = python.PyType_Type->getattro(&type->object, key);
	python.Py_DecRef(key);
	return value;
}

static bool attribute_copy(struct python_type *type, const char *name, char *into, size_t size)
{
	struct python_object *value = type_attribute(type, name);
	const char *text = NULL;

	if (value && python.PyType_IsSubtype(value->type, python.PyUnicode_Type))
		text = python.PyUnicode_AsUTF8AndSize(value, NULL);
	if (text)
		snprintf(into, size, "%s", text);
	if (value)
		python.Py_DecRef(value);
	python.PyErr_Clear();
	return text != NULL;
}

static struct python_name *name_intern(const char *text)
{
	struct python_name *name = names;
	size_t size_bytes = strlen(text) + 1;
	char *copy;

	while (name && strcmp(name->text, text))
		name = name->next;
	if (name)
		return name;
	name = python_memory_take(sizeof(*name));
	copy = name ? python_memory_take(size_bytes) : NULL;
	if (!copy)
		return NULL;
	name->text = memcpy(copy, text, size_bytes);
	name->next = names;
	names = name;
	return name;
}

static struct python_name *name_of(struct python_type *type)
{
	char module[NAME_MAX_BYTES / 2], qualified[NAME_MAX_BYTES / 2], text[NAME_MAX_BYTES];

	if (!attribute_copy(type, "__module__", module, sizeof(module)) ||
	    !attribute_copy(type, "__qualname__", qualified, sizeof(qualified)))
		return NULL;
	snprintf(text, sizeof(text), "%s.%s", module, qualified);
	return name_intern(text);
}

struct python_name *python_class_name(struct python_class *class)
{
	struct python_name *name;

	if (!class->name)
		class->name = name_of(class->type);
	name = class->name;
	if (!name)
		return NULL;
	if (name->generation != python_generation()) {
		name->generation = python_generation();
		name->string = recorder_string(name->text, strlen(name->text));
		name->count = 0;
	}
	return name->string ? name : NULL;
}

struct python_class *python_class_find(struct python_type *type)
{
	struct python_class *class = python_map_get(&classes, type);

	return class && python_slots_are_ours(type) ? class : NULL;
}

/* Constructors of Python's own tell their end through their function object. */
static void constructor_watch(struct python_class *class)
{
	struct python_object *constructor = type_attribute(class->type, "__init__");

	if (constructor && constructor->type == python.PyFunction_Type)
		class->has_constructor = python_slots_take_function(constructor);
	if (constructor)
		python.Py_DecRef(constructor);
	python.PyErr_Clear();
}

static struct python_class *class_add(struct python_type *type, bool is_c_type,
				      const struct python_catalog_entry *entry)
{
	struct python_class *class = python_class_find(type);

	if (class) {
		class->entry = *entry;
		return class;
	}
	class = python_map_get(&classes, type);
	if (!class) {
		class = python_memory_take(sizeof(*class));
		if (!class || !python_map_set(&classes, type, class))
			return NULL;
	}
	*class = (struct python_class){.type = type, .entry = *entry, .is_c_type = is_c_type};
	if (!is_c_type && !(entry->flags & PYTHON_CLASS_HOLDS_SOCKET))
		constructor_watch(class);
	return python_slots_take(class) ? class : NULL;
}

/* The nearest tracked class among the bases, by the order in which methods are looked up. */
static struct python_class *base_find(struct python_type *type)
{
	ssize_t count = type->mro ? python.PyTuple_Size(type->mro) : 0;

	for (ssize_t i = 1; i < count; i++) {
		struct python_object *base = python.PyTuple_GetItem(type->mro, i);
		struct python_class *class = python_class_find((struct python_type *)(void *)base);

		if (class)
			return class;
	}
	return NULL;
}

/*
 * Borrowed: what the package shows by the name "package.Class"; NULL if it shows nothing. Out of
 * the module's names, since asking the module may run a __getattr__ of the program's.
 */
static struct python_object *public_object(const char *public_name)
{
	struct python_object *modules = python.PyImport_GetModuleDict(), *module, *contents, *shown;
	const char *dot = strrchr(public_name, '.');
	char package[NAME_MAX_BYTES];

	snprintf(package, sizeof(package), "%.*s", (int)(dot - public_name), public_name);
	module = python.PyDict_GetItemString(modules, package);
	contents = module ? python.PyObject_GetAttrString(module, "__dict__") : NULL;
	shown = contents && contents->type == python.PyDict_Type
			? python.PyDict_GetItemString(contents, dot + 1)
			: NULL;
	if (contents)
		python.Py_DecRef(contents); /* the module holds it */
	python.PyErr_Clear();
	return shown;
}

/* Asked when there is an object: by then the package has been imported. */
static bool is_tracked(struct python_class *class)
{
	struct python_object *shown;

	if (!class->entry.public_name)
		return true;
	shown = public_object(class->entry.public_name);
	if (!shown || !(shown->type->flags & PYTHON_TYPE_IS_TYPE) ||
	    !python.PyType_IsSubtype(class->type, (struct python_type *)(void *)shown))
		return false;
	class->entry.public_name = NULL;
	return true;
}

static struct python_class *class_resolve(struct python_type *type)
{
	struct python_class *class = python_class_find(type), *base;

	if (class)
		return class;
	base = classes.count && (type->flags & PYTHON_TYPE_IS_HEAP) ? base_find(type) : NULL;
	if (!base)
		return NULL;
	return class_add(type, base->is_c_type && type->init == base->init, &base->entry);
}

struct python_class *python_class_resolve(struct python_type *type)
{
	struct python_class *class = class_resolve(type);

	return class && is_tracked(class) ? class : NULL;
}

void python_class_made(struct python_object *made)
{
	struct python_type *type = (struct python_type *)(void *)made;
	struct python_catalog_entry entry;
	char module[NAME_MAX_BYTES / 2], name[NAME_MAX_BYTES / 2];

	if (!(made->type->flags & PYTHON_TYPE_IS_TYPE))
		return;
	if (attribute_copy(type, "__module__", module, sizeof(module)) &&
	    attribute_copy(type, "__qualname__", name, sizeof(name)) &&
	    python_catalog_find(module, name, &entry))
		class_add(type, false, &entry);
	else
		class_resolve(type);
}

static void c_type_add(struct python_object *type, size_t i)
{
	struct python_class *class = NULL;

	if (type->type->flags & PYTHON_TYPE_IS_TYPE)
		class = class_add((struct python_type *)(void *)type, true, &c_types[i].entry);
	if (!class)
		return;
	class->name = name_intern(c_types[i].name);
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

void python_class_module(struct python_object *module)
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
