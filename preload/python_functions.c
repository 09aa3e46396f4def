#include "python_functions.h"

#include <string.h>

#include "python_constructions.h"
#include "python_objects.h"

static python_vectorcall_fn standard_vectorcall;
static size_t vectorcall_offset_bytes;

/* What the constructor is called with first: the object, or for __new__ its class. */
static struct python_object *first_argument(struct python_object *const *arguments,
					    size_t count_and_flag)
{
	bool is_called_with_one = PYTHON_ARGUMENT_COUNT(count_and_flag) != 0;

	return is_called_with_one && python_objects_may_record() ? arguments[0] : NULL;
}

static struct python_object *hook_init(struct python_object *function,
				       struct python_object *const *arguments,
				       size_t count_and_flag, struct python_object *keyword_names)
{
	struct python_object *self = first_argument(arguments, count_and_flag), *result;
	bool is_outermost = self && python_construction_init_entered(self);

	result = standard_vectorcall(function, arguments, count_and_flag, keyword_names);
	if (is_outermost)
		python_construction_init_left(self, result != NULL);
	return result;
}

static struct python_object *hook_new(struct python_object *function,
				      struct python_object *const *arguments, size_t count_and_flag,
				      struct python_object *keyword_names)
{
	struct python_object *type = first_argument(arguments, count_and_flag), *result;
	bool is_outermost = type && python_construction_new_entered(type);

	result = standard_vectorcall(function, arguments, count_and_flag, keyword_names);
	if (is_outermost)
		python_construction_new_left(type);
	return result;
}

static python_vectorcall_fn *vectorcall_of(struct python_object *function)
{
	return (python_vectorcall_fn *)(void *)((char *)function + vectorcall_offset_bytes);
}

bool python_functions_start(struct python_object *function)
{
	size_t size_bytes = (size_t)function->type->basic_size;
	unsigned int found = 0;

	standard_vectorcall = python.PyVectorcall_Function ? python.PyVectorcall_Function(function)
							   : python._PyFunction_Vectorcall;
	for (size_t at = sizeof(*function); at < size_bytes; at += sizeof(void *)) {
		if (memcmp((char *)function + at, &standard_vectorcall, sizeof(void *)))
			continue;
		vectorcall_offset_bytes = at;
		found++;
	}
	return standard_vectorcall && found == 1;
}

static bool function_take(struct python_object *function, python_vectorcall_fn hook)
{
	python_vectorcall_fn *vectorcall;

	if (function->type != python.PyFunction_Type)
		return false;
	vectorcall = vectorcall_of(function);
	if (*vectorcall == hook)
		return true;
	if (*vectorcall != standard_vectorcall)
		return false;
	if (python.PyFunction_SetVectorcall)
		python.PyFunction_SetVectorcall(function, hook);
	else
		*vectorcall = hook;
	return true;
}

bool python_functions_take_init(struct python_object *function)
{
	return function_take(function, hook_init);
}

bool python_functions_take_new(struct python_object *function)
{
	return function_take(function, hook_new);
}
