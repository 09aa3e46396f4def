#include "python_codes.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "python_generation.h"
#include "python_map.h"
#include "recorder.h"

#define NAME_MAX_BYTES 256

static ssize_t extra_index = -1;
static struct python_code *spare;

static void code_gone(void *extra)
{
	struct python_code *code = extra;

	code->next_spare = spare;
	spare = code;
}

bool python_codes_start(void)
{
	extra_index = python.PyUnstable_Eval_RequestCodeExtraIndex(code_gone);
	return extra_index >= 0;
}

static long number_of(struct python_object *code, const char *attribute)
{
	struct python_object *value = python.PyObject_GetAttrString(code, attribute);
	long number = value ? python.PyLong_AsLong(value) : 0;

	if (value)
		python.Py_DecRef(value);
	python.PyErr_Clear();
	return number < 0 ? 0 : number;
}

/* Its STRING id; also copies as much of it as there is room for. */
static uint32_t string_of(struct python_object *code, const char *attribute, char *copy,
			  size_t copy_size)
{
	struct python_object *value = python.PyObject_GetAttrString(code, attribute);
	ssize_t size_bytes = 0;
	const char *text = value ? python.PyUnicode_AsUTF8AndSize(value, &size_bytes) : NULL;
	uint32_t string = text ? recorder_string(text, (size_t)size_bytes) : 0;

	snprintf(copy, copy_size, "%s", text ? text : "");
	if (value)
		python.Py_DecRef(value);
	python.PyErr_Clear();
	return string;
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
static void names_read(struct python_code *code, struct python_object *object)
{
	struct python_object *names = python.PyObject_GetAttrString(object, "co_varnames");
	struct python_object *cells = python.PyObject_GetAttrString(object, "co_cellvars");
	int position = names && cells ? cell_position(names, cells) : -1;

	if (position >= 0)
		code->cell_index = (int)number_of(object, "co_nlocals") + position;
	code->is_method = names && is_self(names);
	if (names)
		python.Py_DecRef(names);
	if (cells)
		python.Py_DecRef(cells);
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

static struct python_code *code_add(struct python_object *object)
{
	struct python_code *code = spare;

	if (code)
		spare = code->next_spare;
	else
		code = python_memory_take(sizeof(*code));
	if (!code)
		return NULL;
	*code = (struct python_code){.has_first_argument = number_of(object, "co_argcount") > 0,
				     .cell_index = -1};
	if (python.minor_version <= 10)
		names_read(code, object);
	if (!python.PyUnstable_Code_SetExtra(object, extra_index, code))
		return code;
	python.PyErr_Clear();
	code_gone(code);
	return NULL;
}

static void code_announce(struct python_code *code, struct python_object *object)
{
	char text[NAME_MAX_BYTES];
	uint32_t file = string_of(object, "co_filename", text, sizeof(text));
	uint32_t name = string_of(object, "co_name", text, sizeof(text));

	code->is_del = !strcmp(text, "__del__");
	if (python.minor_version > 10) {
		name = string_of(object, "co_qualname", text, sizeof(text));
		code->is_method = is_method_name(text);
	}
	code->generation = python_generation();
	code->id = recorder_code(file, name, (uint32_t)number_of(object, "co_firstlineno"));
}

struct python_code *python_code_of(struct python_object *object)
{
	void *extra = NULL;
	struct python_code *code;

	if (python.PyUnstable_Code_GetExtra(object, extra_index, &extra))
		python.PyErr_Clear();
	code = extra ? extra : code_add(object);
	if (code && code->generation != python_generation())
		code_announce(code, object);
	return code;
}
