/*
 * What socklife knows of code objects, by their address. No reference to a code object is kept: an
 * entry holds the strings that name the code, and is good for as long as the code object at that
 * address names itself by the very same strings. (Keeping it in the code object itself, PEP 523's
 * co_extra, makes CPython call other users' free functions with NULL.)
 *
 * Needs the GIL and the guard.
 */
#ifndef SOCKLIFE_PYTHON_CODES_H
#define SOCKLIFE_PYTHON_CODES_H

#include <stdbool.h>
#include <stdint.h>

#include "python_api.h"

#define PYTHON_LINE_BITS   4
#define PYTHON_LINES       (1 << PYTHON_LINE_BITS)
#define PYTHON_LINE_PROBES 4

/* What tells one code object from another. */
struct python_code_identity {
	struct python_object *file, *name; /* the qualified name, where there is one */
	int line;                          /* where the function begins */
	int argument_count;
};

struct python_code_line {
	int instruction, line; /* a line of 0: free */
};

struct python_code {
	struct python_code_identity identity;
	uint32_t id, generation; /* CODE id */
	bool is_del;             /* a __del__ method */
	bool is_weak_call; /* weakref.finalize.__call__, which a weak reference or anybody calls */
	bool is_at_exit;   /* weakref.finalize._exitfunc */
	bool is_method;    /* by its qualified name, up to 3.10 by its argument self */
	bool is_method_of_class; /* its first argument has been an instance of a tracked class */
	bool is_method_known;
	int greenlet_index; /* the local variable that holds a greenlet which it drives; -1 none */
	int cell_index; /* up to 3.10: where a first argument lies that inner functions use too */
	struct python_code_line lines[PYTHON_LINES];
};

/* Learns where code objects keep their names; false if that cannot be learnt. */
bool python_codes_start(void);

/* NULL when memory is short. */
struct python_code *python_code_of(struct python_object *code);

#endif
