/*
 * What socklife knows of a code object, kept in the code object itself (PEP 523's co_extra), so
 * that it goes when the code goes. Needs the GIL and the guard.
 */
#ifndef SOCKLIFE_PYTHON_CODES_H
#define SOCKLIFE_PYTHON_CODES_H

#include <stdbool.h>
#include <stdint.h>

#include "python_api.h"

#define PYTHON_CODE_LINES 4

struct python_code {
	uint32_t id, generation; /* CODE id */
	bool has_first_argument;
	bool is_del;             /* a __del__ method */
	bool is_method;          /* by its qualified name, up to 3.10 by its argument self */
	bool is_method_of_class; /* its first argument has been an instance of a tracked class */
	bool is_method_known;
	int cell_index; /* up to 3.10: where a first argument lies that inner functions use too */
	struct {
		int instruction, line; /* a line of 0: free */
	} lines[PYTHON_CODE_LINES];
	struct python_code *next_spare;
};

bool python_codes_start(void);

/* NULL when memory is short. */
struct python_code *python_code_of(struct python_object *code);

#endif
