#include "python_codes.h"

#include <stddef.h>
#include <string.h>

#include "python_generation.h"
#include "python_map.h"
#include "recorder.h"

static struct python_map codes; /* code object -> struct python_code */
static ssize_t file_offset, name_offset, line_offset, argument_count_offset;
/* to 3.10 */
static ssize_t local_count_offset, locals_offset, cells_offset;

static ssize_t offset_of(const char *name)
{
	return python_member_offset(python.PyCode_Type, name);
}

bool python_codes_start(void)
{
	file_offset = offset_of("co_filename");
	name_offset = offset_of(python.minor_version > 10 ? "co_qualname" : "co_name");
	line_offset = offset_of("co_firstlineno");
	argument_count_offset = offset_of("co_argcount");
	local_count_offset = offset_of("co_nlocals");
	locals_offset = offset_of("co_varnames");
	cells_offset = offset_of("co_cellvars");
	return file_offset && name_offset && line_offset && argument_count_offset &&
	       ((local_count_offset && locals_offset && cells_offset) || python.minor_version > 10);
}

static int number_at(const struct python_object *code, ssize_t offset_bytes)
{
	int number;

	memcpy(&number, (const char *)code + offset_bytes, sizeof(number));
	return number;
}

static struct python_object *object_at(const struct python_object *code, ssize_t offset_bytes)
{
	struct python_object *object;

	memcpy(&object, (const char *)code + offset_bytes, sizeof(object));
	return object;
}

static struct python_code_identity identity_of(const struct python_object *code)
{
	return (struct python_code_identity){
		.file = object_at(code, file_offset),
		.name = object_at(code, name_offset),
		.line = number_at(code, line_offset),
		.argument_count = number_at(code, argument_count_offset),
	};
}

static bool is_same(const struct python_code_identity *one, const struct python_code_identity *two)
{
	return one->file == two->file && one->name == two->name && one->line == two->line &&
	       one->argument_count == two->argument_count;
}

/* Where the name of the first argument comes among the cell variables; -1 if it does not. */
static int cell_position(struct python_object *names, struct python_object *cells)
{
	struct python_object *first = python.PyTuple_GetItem(names, 0);
	ssize_t count = python.PyTuple_Size(cells);

	for (ssize_t i = 0; first && i < count; i++) {
		if (python.PyTuple_GetItem(cells, i) == first) /* names are interned */
			return (int)i;
	}
	return -1;
}

static bool is_self(struct python_object *names)
{
	struct python_object *first = python.PyTuple_GetItem(names, 0);
	const char *text = first ? python.PyUnicode_AsUTF8AndSize(first, NULL) : NULL;

	return text && !strcmp(text, "self");
}

/*
 * Up to 3.10 an argument that inner functions use is moved behind the locals (Python/ceval.c,
 * cell2arg), and there are no qualified names to tell a method by.
 */
static void names_read(struct python_code *code, const struct python_object *object)
{
	struct python_object *names = object_at(object, locals_offset);
	struct python_object *cells = object_at(object, cells_offset);
	int position = names && cells ? cell_position(names, cells) : -1;

	if (position >= 0)
		code->cell_index = (int)number_at(object, local_count_offset) + position;
	code->is_method = names && is_self(names);
	python.PyErr_Clear();
}

/* "Class.method" is one, "function" and "function.<locals>.inner" are none. */
static bool is_method_name(const char *qualified_name)
{
	static const char inner[] = "<locals>";
	const char *dot = strrchr(qualified_name, '.');
	size_t before_bytes = dot ? (size_t)(dot - qualified_name) : 0;
	size_t inner_bytes = sizeof(inner) - 1;

	return dot &&
	       (before_bytes < inner_bytes || memcmp(dot - inner_bytes, inner, inner_bytes) != 0);
}

/* Another code object had this address before. */
static void code_renew(struct python_code *code, struct python_object *object,
		       const struct python_code_identity *identity)
{
	struct python_code_identity former = code->identity;

	*code = (struct python_code){.identity = *identity, .cell_index = -1, .greenlet_index = -1};
	python.Py_IncRef(identity->file);
	python.Py_IncRef(identity->name);
	if (former.file)
		python.Py_DecRef(former.file);
	if (former.name)
		python.Py_DecRef(former.name);
	if (python.minor_version <= 10)
		names_read(code, object);
}

static struct python_code *code_add(struct python_object *object,
				    const struct python_code_identity *identity)
{
	struct python_code *code = python_memory_take(sizeof(*code));

	if (!code || !python_map_set(&codes, object, code))
		return NULL;
	code_renew(code, object, identity);
	return code;
}

/* A path that is no UTF-8: Python carries its bytes as lone surrogates (PEP 383). */
static uint32_t path_string(struct python_object *path)
{
	struct python_object *bytes = python.PyUnicode_EncodeFSDefault(path);
	ssize_t size_bytes = 0;
	char *text = NULL;
	uint32_t string = 0;

	if (bytes && !python.PyBytes_AsStringAndSize(bytes, &text, &size_bytes))
		string = recorder_string(text, (size_t)size_bytes);
	if (bytes)
		python.Py_DecRef(bytes);
	python.PyErr_Clear();
	return string;
}

static uint32_t string_of(struct python_object *value, const char **text)
{
	ssize_t size_bytes = 0;

	*text = python.PyUnicode_AsUTF8AndSize(value, &size_bytes);
	python.PyErr_Clear();
	return *text ? recorder_string(*text, (size_t)size_bytes) : path_string(value);
}

/*
 * SQLAlchemy's asyncio extension runs its synchronous half in a greenlet, and awaits what that asks
 * for in this coroutine (sqlalchemy/util/_concurrency_py3k.py, since 2.0 concurrency.py). From
 * CPython 3.12 on greenlet itself makes a suspended greenlet's frames fit to be walked, by 3.0.3
 * all of them, and takes that back before it resumes it (greenlet's TGreenlet.cpp, expose_frames).
 */
static int greenlet_index(struct python_object *object, const char *file, const char *name)
{
	struct python_object *names;
	int index = -1;

	if (!file || !name || strcmp(name, "greenlet_spawn") != 0 ||
	    !strstr(file, "/sqlalchemy/util/"))
		return -1;
	names = python.PyObject_GetAttrString(object, "co_varnames");
	for (ssize_t i = names ? python.PyTuple_Size(names) : 0; i-- > 0 && index < 0;) {
		const char *text = python.PyUnicode_AsUTF8AndSize(python.PyTuple_GetItem(names, i),
								  NULL);

		if (text && !strcmp(text, "context"))
			index = (int)i;
	}
	if (names)
		python.Py_DecRef(names);
	python.PyErr_Clear();
	return index;
}

static bool ends_with(const char *text, const char *end)
{
	size_t size_bytes = text ? strlen(text) : 0, end_bytes = strlen(end);

	return size_bytes >= end_bytes && !strcmp(text + size_bytes - end_bytes, end);
}

static void code_announce(struct python_code *code, struct python_object *object)
{
	const char *text, *path;
	uint32_t file = string_of(code->identity.file, &path);
	uint32_t name = string_of(code->identity.name, &text);
	bool is_weakref = ends_with(path, "/weakref.py");

	code->is_del = ends_with(text, "__del__");
	code->is_weak_call = is_weakref && ends_with(text, "__call__");
	code->is_at_exit = is_weakref && ends_with(text, "_exitfunc");
	if (python.minor_version > 10)
		code->is_method = text && is_method_name(text);
	code->greenlet_index = greenlet_index(object, path, text);
	code->generation = python_generation();
	code->id = recorder_code(file, name, (uint32_t)code->identity.line);
}

struct python_code *python_code_of(struct python_object *object)
{
	struct python_code_identity identity = identity_of(object);
	struct python_code *code = python_map_get(&codes, object);

	if (!code)
		code = code_add(object, &identity);
	else if (!is_same(&code->identity, &identity))
		code_renew(code, object, &identity);
	if (code && code->generation != python_generation())
		code_announce(code, object);
	return code;
}
