/*
 * A built-in function of Python's that socklife stands in for: the stand-in has the same name,
 * module and text, and passes every call on. Needs the GIL.
 */
#ifndef SOCKLIFE_PYTHON_BUILTIN_H
#define SOCKLIFE_PYTHON_BUILTIN_H

#include <stdbool.h>

#include "python_api.h"

struct python_builtin {
	struct python_object *original;
	struct python_method method;
};

/*
 * Puts `function` in the place of names[name]; its `self` is the module, as the original's was.
 * *builtin must stay where it is for ever. False: nothing was changed.
 */
bool python_builtin_replace(struct python_builtin *builtin, struct python_object *names,
			    const char *name, python_call_fn function);

#endif
