#include "python_api.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

struct python_api python;

#define OLDEST_MINOR_VERSION 8
#define NEWEST_MINOR_VERSION 13

/* Include/typeslots.h: the numbers are part of the stable ABI. */
#define SLOT_ALLOC    47
#define SLOT_BASE     48
#define SLOT_CALL     50
#define SLOT_DEALLOC  52
#define SLOT_INIT     60
#define SLOT_FINALIZE 80

static void *find(const char *name, const char *other_name)
{
	void *address = dlsym(RTLD_DEFAULT, name);

	return address ? address : dlsym(RTLD_DEFAULT, other_name);
}

/* "3.11.2 (main, …)"; a free-threaded build says so here, and lays out objects otherwise. */
static bool read_version(const char *text)
{
	if (strncmp(text, "3.", 2) || strstr(text, "free-threading"))
		return false;
	python.minor_version = (unsigned int)strtoul(text + 2, NULL, 10);
	return python.minor_version >= OLDEST_MINOR_VERSION &&
	       python.minor_version <= NEWEST_MINOR_VERSION;
}

/* POSIX (dlsym) lets a data pointer stand for a function, ISO C does not: hence the copying. */
static bool find_all(void)
{
	bool is_complete = true;
	void *address;

#define PYTHON_OPTIONAL(type, member, other_name, parameters)                                      \
	address = find(#member, #other_name);                                                      \
	memcpy(&python.member, &address, sizeof(address));
#define PYTHON_REQUIRED(type, member, other_name, parameters)                                      \
	PYTHON_OPTIONAL(type, member, other_name, parameters)                                      \
	is_complete = is_complete && address;
#define PYTHON_DATA(type, member)                                                                  \
	python.member = dlsym(RTLD_DEFAULT, #member);                                              \
	is_complete = is_complete && python.member;
#include "python_api.def"
	return is_complete && sizeof(void *) == 8;
}

enum python_presence python_api_find(void)
{
	const char *(*get_version)(void);
	void *address = dlsym(RTLD_DEFAULT, "Py_GetVersion");

	if (!address)
		return PYTHON_ABSENT;
	memcpy(&get_version, &address, sizeof(address));
	return read_version(get_version()) && find_all() ? PYTHON_USABLE : PYTHON_UNKNOWN;
}

static bool is_slot(struct python_type *type, int number, const void *member)
{
	return !memcmp(member, &(void *){python.PyType_GetSlot(type, number)}, sizeof(void *));
}

bool python_api_check(struct python_type *type)
{
	return type->object.type && (type->flags & PYTHON_TYPE_IS_HEAP) &&
	       is_slot(type, SLOT_DEALLOC, &type->dealloc) &&
	       is_slot(type, SLOT_BASE, &type->base) && is_slot(type, SLOT_INIT, &type->init) &&
	       is_slot(type, SLOT_ALLOC, &type->alloc) && is_slot(type, SLOT_CALL, &type->call) &&
	       is_slot(type, SLOT_FINALIZE, &type->finalize) &&
	       python.PyTuple_Size(type->mro) > 0 &&
	       python.PyTuple_GetItem(type->mro, 0) == &type->object;
}

ssize_t python_member_offset(const struct python_type *type, const char *name)
{
	const struct python_member *member = type->members;

	while (member && member->name && strcmp(member->name, name) != 0)
		member++;
	return member && member->name ? member->offset_bytes : 0;
}
