#include "python_type_calls.h"

#include <errno.h>

#include "guard.h"
#include "python_classes.h"
#include "python_objects.h"

static python_vectorcall_fn vectorcall; /* of type() itself, from 3.11 on */
static python_call_fn call;             /* of every class of metaclass type, and of metaclasses */

void python_type_made(struct python_object *made)
{
	unsigned int depth = guard_raise();
	int error = errno;

	if (python_objects_are_on() && python_is_main_interpreter())
		python_class_made(made);
	errno = error;
	guard_restore(depth);
}

static bool is_metaclass(const struct python_object *type)
{
	const struct python_type *called = (const struct python_type *)(const void *)type;

	return called->flags & PYTHON_TYPE_IS_TYPE;
}

/* type(x) tells what x is, type(name, bases, names) makes a class. */
static struct python_object *hook_vectorcall(struct python_object *type,
					     struct python_object *const *arguments,
					     size_t count_and_flag,
					     struct python_object *keyword_names)
{
	struct python_object *result = vectorcall(type, arguments, count_and_flag, keyword_names);

	if (result && PYTHON_ARGUMENT_COUNT(count_and_flag) > 1)
		python_type_made(result);
	return result;
}

static struct python_object *hook_call(struct python_object *type, struct python_object *arguments,
				       struct python_object *keywords)
{
	struct python_object *result = call(type, arguments, keywords);

	if (result && is_metaclass(type) && python.PyTuple_Size(arguments) > 1)
		python_type_made(result);
	return result;
}

void python_type_calls_start(void)
{
	struct python_type *type = python.PyType_Type;

	call = type->call;
	type->call = hook_call;
	if (python.minor_version <= 10 || !python.PyVectorcall_Function || !type->vectorcall ||
	    python.PyVectorcall_Function(&type->object) != type->vectorcall)
		return;
	vectorcall = type->vectorcall;
	type->vectorcall = hook_vectorcall;
}
