#include "python_builtin.h"

bool python_builtin_replace(struct python_builtin *builtin, struct python_object *names,
			    const char *name, python_call_fn function)
{
	struct python_object *original = python.PyDict_GetItemString(names, name);
	struct python_object *self, *text, *module, *stand_in;

	if (!original)
		return false;
	python.Py_IncRef(original);
	self = python.PyObject_GetAttrString(original, "__self__");
	text = python.PyObject_GetAttrString(original, "__doc__"); /* kept: its bytes are used */
	module = python.PyObject_GetAttrString(original, "__module__");
	builtin->original = original;
	builtin->method = (struct python_method){
		.name = name,
		.function = function,
		.flags = PYTHON_METHOD_VARARGS | PYTHON_METHOD_KEYWORDS,
		.text = text ? python.PyUnicode_AsUTF8AndSize(text, NULL) : NULL,
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
