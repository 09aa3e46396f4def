#include "python_classes.h"

#include <stdio.h>
#include <string.h>

#include "python_functions.h"
#include "python_generation.h"
#include "python_map.h"
#include "python_slots.h"
#include "recorder.h"

#define NAME_MAX_BYTES 512
#define NAME_BUCKETS   1024

static struct python_map classes;               /* type -> struct python_class */
static struct python_name *names[NAME_BUCKETS]; /* by the hash of their text */

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

/* As much of it as there is room for. Every class that a program defines comes by here. */
static void text_copy(const char *text, char *into, size_t size)
{
	size_t length = strnlen(text, size - 1);

	memcpy(into, text, length);
	into[length] = '\0';
}

static bool attribute_copy(struct python_type *type, const char *name, char *into, size_t size)
{
	struct python_object *value = type_attribute(type, name);
	const char *text = NULL;

	if (value && python.PyType_IsSubtype(value->type, python.PyUnicode_Type))
		text = python.PyUnicode_AsUTF8AndSize(value, NULL);
	if (text)
		text_copy(text, into, size);
	if (value)
		python.Py_DecRef(value);
	python.PyErr_Clear();
	return text != NULL;
}

/* FNV-1a */
static struct python_name **name_bucket(const char *text)
{
	uint32_t hash = 2166136261U;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619U;
	return &names[hash % NAME_BUCKETS];
}

struct python_name *python_class_name_of_text(const char *text)
{
	struct python_name **bucket = name_bucket(text), *name = *bucket;
	size_t size_bytes = strlen(text) + 1;
	char *copy;

	while (name && strcmp(name->text, text) != 0)
		name = name->next;
	if (name)
		return name;
	name = python_memory_take(sizeof(*name));
	copy = name ? python_memory_take(size_bytes) : NULL;
	if (!copy)
		return NULL;
	name->text = memcpy(copy, text, size_bytes);
	name->next = *bucket;
	*bucket = name;
	return name;
}

static struct python_name *name_of(struct python_type *type)
{
	char module[NAME_MAX_BYTES / 2], qualified[NAME_MAX_BYTES / 2], text[NAME_MAX_BYTES];

	if (!attribute_copy(type, "__module__", module, sizeof(module)) ||
	    !attribute_copy(type, "__qualname__", qualified, sizeof(qualified)))
		return NULL;
	snprintf(text, sizeof(text), "%s.%s", module, qualified);
	return python_class_name_of_text(text);
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

/* Borrowed, and as it stands in the class: no descriptor of the program's is run. */
static struct python_object *class_lookup(struct python_type *type, const char *name)
{
	struct python_object *key = python.PyUnicode_FromString(name), *value;

	if (!key)
		return NULL;
	value = python._PyType_Lookup(type, key);
	python.Py_DecRef(key);
	return value;
}

/* What type.__new__ has wrapped in a staticmethod: that of a class statement. */
static void new_watch(struct python_class *class)
{
	struct python_object *wrapped = class_lookup(class->type, "__new__"), *function;

	if (!wrapped || wrapped->type != python.PyStaticMethod_Type)
		return;
	function = type_attribute(class->type, "__new__");
	if (!function)
		return;
	python_functions_take_new(function);
	python.Py_DecRef(function);
}

/* An __init__ that is neither a function nor written in C is told of by the slot that calls it. */
static void init_watch(struct python_class *class)
{
	struct python_object *constructor = class_lookup(class->type, "__init__");

	class->has_constructor = false;
	if (!constructor || constructor->type == python.PyWrapperDescr_Type)
		return;
	class->has_constructor = python_functions_take_init(constructor);
	if (constructor->type != python.PyFunction_Type)
		class->has_constructor = python_slots_take_init(class);
}

static void constructors_watch(struct python_class *class)
{
	if (class->is_c_type || (class->entry.flags & PYTHON_CLASS_HOLDS_SOCKET))
		return;
	new_watch(class);
	init_watch(class);
	python.PyErr_Clear();
	class->version_tag = class->type->version_tag;
}

struct python_class *python_class_add(struct python_type *type, bool is_c_type,
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
	if (!python_slots_take(class))
		return NULL;
	constructors_watch(class);
	return class;
}

/* To 3.11 a flag tells whether the tag still holds, from 3.12 on the tag is 0 if it does not. */
static bool has_changed(const struct python_class *class)
{
	const struct python_type *type = class->type;
	bool has_version = python.minor_version > 11 || (type->flags & PYTHON_TYPE_HAS_VERSION);

	return !has_version || !type->version_tag || type->version_tag != class->version_tag;
}

/* A decorator may give a class its constructor, as dataclass() does, or a program another one. */
void python_class_renew(struct python_class *class)
{
	python_slots_renew(class);
	if (has_changed(class))
		constructors_watch(class);
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

/* In the catalog by its own name. */
static struct python_class *class_named(struct python_type *type)
{
	struct python_catalog_entry entry;
	char module[NAME_MAX_BYTES / 2], name[NAME_MAX_BYTES / 2];

	return attribute_copy(type, "__module__", module, sizeof(module)) &&
			       attribute_copy(type, "__qualname__", name, sizeof(name)) &&
			       python_catalog_find(module, name, &entry)
		       ? python_class_add(type, false, &entry)
		       : NULL;
}

static struct python_class *class_resolve(struct python_type *type)
{
	struct python_class *class = python_class_find(type), *base;

	if (class)
		return class;
	base = classes.count && (type->flags & PYTHON_TYPE_IS_HEAP) ? base_find(type) : NULL;
	if (!base)
		return NULL;
	return python_class_add(type, base->is_c_type && type->init == base->init, &base->entry);
}

struct python_class *python_class_resolve(struct python_type *type)
{
	struct python_class *class = class_resolve(type);

	return class && is_tracked(class) ? class : NULL;
}

void python_class_made(struct python_object *made)
{
	struct python_type *type = (struct python_type *)(void *)made;

	if (!(made->type->flags & PYTHON_TYPE_IS_TYPE))
		return;
	if (!class_named(type))
		class_resolve(type);
}
