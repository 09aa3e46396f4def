/*
 * Python's C API as socklife uses it: pointers found at run time, and the few object layouts that
 * are the same in CPython 3.8 to 3.13 on 64-bit machines (Include/object.h,
 * Include/cpython/object.h; python_api_check() compares them with what the interpreter itself
 * answers before anything is written to them). No header of Python's is needed, so one binary
 * serves all versions and none.
 *
 * Everything in `python` may be called only where Python allows it: under the GIL, unless the
 * documentation of the function says otherwise.
 */
#ifndef SOCKLIFE_PYTHON_API_H
#define SOCKLIFE_PYTHON_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct python_type;

struct python_object {
	ssize_t reference_count;
	struct python_type *type;
};

typedef struct python_object *(*python_vectorcall_fn)(struct python_object *function,
						      struct python_object *const *arguments,
						      size_t count_and_flag,
						      struct python_object *keyword_names);
/* PyVectorcall_NARGS, Include/cpython/abstract.h: the top bit is no part of the count. */
#define PYTHON_ARGUMENT_COUNT(count_and_flag) ((count_and_flag) << 1 >> 1)

typedef int (*python_audit_fn)(const char *event, struct python_object *arguments, void *context);
typedef struct python_object *(*python_call_fn)(struct python_object *self,
						struct python_object *arguments,
						struct python_object *keywords);
typedef struct python_object *(*python_alloc_fn)(struct python_type *type, ssize_t item_count);
typedef int (*python_init_fn)(struct python_object *self, struct python_object *arguments,
			      struct python_object *keywords);
typedef void (*python_release_fn)(struct python_object *self);
typedef struct python_object *(*python_getattro_fn)(struct python_object *self,
						    struct python_object *name);

/* PyMethodDef */
struct python_method {
	const char *name;
	python_call_fn function;
	int flags; /* PYTHON_METHOD_ */
	const char *text;
};
#define PYTHON_METHOD_VARARGS  0x0001
#define PYTHON_METHOD_KEYWORDS 0x0002

/* PyMemAllocatorEx */
struct python_allocator {
	void *context;
	void *(*malloc)(void *context, size_t size_bytes);
	void *(*calloc)(void *context, size_t count, size_t size_bytes);
	void *(*realloc)(void *context, void *memory, size_t size_bytes);
	void (*free)(void *context, void *memory);
};

/* PyMemberDef: where an attribute lies in an object written in C. */
struct python_member {
	const char *name; /* NULL ends the list */
	int type;
	ssize_t offset_bytes;
	int flags;
	const char *text;
};

/* PyTypeObject; reserved members are slots that socklife has no business with. */
struct python_type {
	struct python_object object;
	ssize_t item_count;
	const char *name;
	ssize_t basic_size;
	ssize_t item_size;
	python_release_fn dealloc;
	void *reserved_before_call[9];
	python_call_fn call;
	void *reserved_before_getattro[1];
	python_getattro_fn getattro;
	void *reserved_before_flags[2];
	unsigned long flags;
	void *reserved_before_members[8];
	const struct python_member *members;
	void *reserved_before_base[1];
	struct python_type *base;
	void *reserved_before_init[4];
	python_init_fn init;
	python_alloc_fn alloc;
	void *reserved_before_mro[4];
	struct python_object *mro;
	void *reserved_before_version_tag[4];
	unsigned int version_tag; /* another whenever the class has changed */
	python_release_fn finalize;
	python_vectorcall_fn vectorcall; /* of the type itself */
};
#define PYTHON_TYPE_IS_HEAP     (1ul << 9)  /* Py_TPFLAGS_HEAPTYPE */
#define PYTHON_TYPE_HAS_VERSION (1ul << 19) /* Py_TPFLAGS_VALID_VERSION_TAG */
#define PYTHON_TYPE_IS_TYPE     (1ul << 31) /* Py_TPFLAGS_TYPE_SUBCLASS */

struct python_api {
#define PYTHON_REQUIRED(type, name, other_name, parameters) type(*name) parameters;
#define PYTHON_OPTIONAL(type, name, other_name, parameters) type(*name) parameters;
#define PYTHON_DATA(type, name)                             type *name;
#include "python_api.def"
	unsigned int minor_version; /* 11 of 3.11 */
};

extern struct python_api python;

enum python_presence { PYTHON_ABSENT, PYTHON_USABLE, PYTHON_UNKNOWN };

/* Finds the API among the libraries loaded at start. Once, from the constructor. */
enum python_presence python_api_find(void);

/* True when `type`, made by a class statement, is laid out as struct python_type says. */
bool python_api_check(struct python_type *type);

/* Where an attribute lies in objects of a type written in C; 0 if it is no plain member. */
ssize_t python_member_offset(const struct python_type *type, const char *name);

/* True while API calls are allowed: not before Py_Initialize(), not once Py_Finalize() began. */
static inline bool python_is_up(void)
{
	return python.Py_IsInitialized() && !python.Py_IsFinalizing();
}

/* True in the main interpreter; objects of others are not recorded. Needs the GIL. */
static inline bool python_is_main_interpreter(void)
{
	return python.PyInterpreterState_Get() == python.PyInterpreterState_Main();
}

#endif
