#include "python_builtin.h"

#include <stdio.h>
#include <string.h>

#include "python_map.h"

/* Borrowed by the caller for as long as the attribute's owner keeps it. */
static const char *text_of(struct python_object *value)
{
	if (!value || !python.PyType_IsSubtype(value->type, python.PyUnicode_Type))
		return NULL;
	return python.PyUnicode_AsUTF8AndSize(value, NULL);
}

/* As Argument Clinic writes it, so that __doc__ and __text_signature__ come out of it again. */
static const char *text_join(const char *name, const char *parameters, const char *text)
{
	static const char separator[] = "\n--\n\n";
	size_t size_bytes = strlen(text) + 1;
	char *joined;

	if (parameters)
		size_bytes += strlen(name) + strlen(parameters) + strlen(separator);
	joined = python_memory_take(size_bytes);
	if (joined && parameters)
		snprintf(joined, size_bytes, "%s%s%s%s", name, parameters, separator, text);
	else if (joined)
		memcpy(joined, text, size_bytes);
	return joined;
}

static const char *text_copy(struct python_object *original, const char *name)
{
	struct python_object *doc = python.PyObject_GetAttrString(original, "__doc__");
	struct python_object *signature = python.PyObject_GetAttrString(original,
									"__text_signature__");
	const char *text = text_of(doc), *parameters = text_of(signature), *copy = NULL;

	if (text)
		copy = text_join(name, parameters, text);
	if (doc)
		python.Py_DecRef(doc);
	if (signature)
		python.Py_DecRef(signature);
	python.PyErr_Clear();
	return copy;
}

bool python_builtin_replace(struct python_builtin *builtin, struct python_object *names,
			    const char *name, python_call_fn function)
{
	struct python_object *original = python.PyDict_GetItemString(names, name);
	struct python_object *self, *module, *stand_in;

	if (!original)
		return false;
	python.Py_IncRef(original);
	self = python.PyObject_GetAttrString(original, "__self__");
	module = python.PyObject_GetAttrString(original, "__module__");
	builtin->original = original;
	builtin->method = (struct python_method){
		.name = name,
		.function = function,
		.flags = PYTHON_METHOD_VARARGS | PYTHON_METHOD_KEYWORDS,
		.text = text_copy(original, name),
	};
	python.PyErr_Clear();
	stand_in = python.PyCFunction_NewEx(&builtin->method, self, module);
	if (self)
		python.Py_DecRef(self);
	if (module)
		python.Py_DecRef(module);
	if (!stand_in)
		return false;
	if (python.PyDict_SetItemString(names, name, stand_in))
		return false;
	python.Py_DecRef(stand_in);
	return true;
}
