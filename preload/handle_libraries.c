#include "handle_libraries.h"

#include <dlfcn.h>
#include <stdio.h>

#include "diag.h"
#include "handle_catalog.h"
#include "handle_table.h"
#include "handle_thunks.h"
#include "real.h"
#include "recorder.h"

#define INSTANCES_MAX 64

/* A module of which one section of the catalog speaks. */
struct instance {
	uintptr_t start, end;
	const char *name;
	uint16_t library;
};

static struct instance instances[INSTANCES_MAX];
static size_t instance_count;

static const struct instance *instance_of(const struct handle_module *module, uint16_t library)
{
	for (size_t i = 0; i < instance_count; i++) {
		if (instances[i].start == module->start && instances[i].library == library)
			return &instances[i];
	}
	return NULL;
}

bool handle_libraries_is(const struct handle_module *module, uint16_t library)
{
	return instance_of(module, library) != NULL;
}

bool handle_libraries_any(void)
{
	return instance_count > 0;
}

bool handle_libraries_has_threads(const struct handle_module *module)
{
	for (size_t i = 0; i < instance_count; i++) {
		if (instances[i].start == module->start &&
		    handle_catalog()->libraries[instances[i].library].has_threads)
			return true;
	}
	return false;
}

static uint16_t index_of(const struct handle_function *function)
{
	return (uint16_t)(function - handle_catalog()->functions);
}

/* ---- learning ---- */

/* The built-in text speaks of many versions of a library, the user's of the one that is there. */
static void missing_tell(const struct handle_module *module, const struct handle_library *library,
			 const struct handle_function *function)
{
	char place[512], reason[256];

	if (library->source == NULL)
		return;
	snprintf(place, sizeof(place), "%s:%u", library->source, function->line);
	snprintf(reason, sizeof(reason), "%s has no function %s", module->name, function->name);
	diag_line(place, reason, 0);
}

/* What another section has wrapped already is left to it: the user's sections come first. */
static bool is_wrapped(const struct handle_function *function, const void *target)
{
	const struct handle_function *other = NULL;

	while ((other = handle_named(handle_catalog(), function->hash, function->name, other)) !=
	       NULL) {
		if (handle_thunk_find(index_of(other), (uintptr_t)target, (uintptr_t)target + 1) !=
		    NULL)
			return true;
	}
	return false;
}

static void function_wrap(const struct handle_module *module, const struct handle_library *library,
			  uint16_t index)
{
	const struct handle_function *function = &handle_catalog()->functions[index];
	void *target = handle_elf_find(module, function->name, function->hash);

	if (target == NULL)
		missing_tell(module, library, function);
	else if (!is_wrapped(function, target) && handle_thunk_take(index, target) == NULL)
		recorder_note(HANDLE_THUNKS_EXIST
				      ? "too many functions of C libraries: their handles are "
					"recorded in part"
				      : "handles of C libraries are recorded on x86-64 only",
			      true);
}

static void instance_add(const struct handle_module *module, uint16_t index)
{
	const struct handle_library *library = &handle_catalog()->libraries[index];

	if (instance_count == INSTANCES_MAX)
		return;
	instances[instance_count++] = (struct instance){
		.start = module->start, .end = module->end, .name = module->name, .library = index};
	for (uint16_t i = 0; i < library->function_count; i++)
		function_wrap(module, library, library->first_function + i);
}

bool handle_libraries_learn(const struct handle_module *module)
{
	const struct handle_catalog *catalog;
	bool is_new = false;

	if (module->name[0] == '\0' || !handle_catalog_knows(module->name) || !handle_table_start())
		return false;
	catalog = handle_catalog();
	for (uint16_t i = 0; i < catalog->library_count; i++) {
		const struct handle_library *library = &catalog->libraries[i];

		if (instance_of(module, i) != NULL ||
		    !handle_catalog_fits(library->first_pattern, library->pattern_count,
					 module->name))
			continue;
		instance_add(module, i);
		is_new = true;
	}
	return is_new;
}

/* ---- reviewing ---- */

static const struct handle_module *module_of(const struct instance *instance,
					     const struct handle_module *modules, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (modules[i].start == instance->start && modules[i].end == instance->end)
			return &modules[i];
	}
	return NULL;
}

/* Another library may lie in its place: then its functions lie elsewhere, or are none. */
static bool is_still(const struct instance *instance, const struct handle_module *module)
{
	const struct handle_catalog *catalog = handle_catalog();
	const struct handle_library *library = &catalog->libraries[instance->library];

	for (uint16_t i = 0; i < library->function_count; i++) {
		uint16_t index = library->first_function + i;
		const struct handle_function *function = &catalog->functions[index];
		uintptr_t target = (uintptr_t)handle_elf_find(module, function->name,
							      function->hash);

		if (target != 0 && !is_wrapped(function, (void *)target))
			return false;
		if (target == 0 && handle_thunk_find(index, instance->start, instance->end) != NULL)
			return false;
	}
	return true;
}

void handle_libraries_review(const struct handle_module *modules, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < instance_count; i++) {
		const struct handle_module *module = module_of(&instances[i], modules, count);

		if (module != NULL && is_still(&instances[i], module)) {
			instances[kept] = instances[i];
			instances[kept++].name = module->name;
		} else {
			handle_thunks_drop(instances[i].start, instances[i].end);
		}
	}
	instance_count = kept;
}

/* ---- slots ---- */

static void *wrapper_of(const struct handle_function *function, uintptr_t start, uintptr_t end,
			uint16_t *library)
{
	*library = function->library;
	return handle_thunk_find(index_of(function), start, end);
}

/* By the libraries that the module names as needed: what RTLD_LOCAL keeps from the global scope. */
static void *local_wrapper(const struct handle_module *module,
			   const struct handle_function *function, uint16_t *library)
{
	void *wrapper = NULL;

	for (size_t i = 0; i < instance_count && wrapper == NULL; i++) {
		const struct instance *instance = &instances[i];

		if (instance->library == function->library &&
		    handle_elf_needs(module, instance->name))
			wrapper = wrapper_of(function, instance->start, instance->end, library);
	}
	return wrapper;
}

/* A slot that is not bound yet will be by the global scope first, as dlsym(3) describes it. */
static uintptr_t slot_target(const struct handle_slot *slot)
{
	void *global;

	if (!slot->is_lazy)
		return *slot->at;
	global = REAL(dlsym)(RTLD_DEFAULT, slot->name);
	if (global == NULL)
		dlerror();
	return (uintptr_t)global;
}

void *handle_libraries_wrapper(const struct handle_module *module, const struct handle_slot *slot,
			       uint16_t *library)
{
	const struct handle_catalog *catalog = handle_catalog();
	uint32_t hash = handle_hash(slot->name);
	const struct handle_function *function = handle_named(catalog, hash, slot->name, NULL);
	uintptr_t target = function != NULL ? slot_target(slot) : 0;
	void *wrapper = NULL;

	while (function != NULL && wrapper == NULL) {
		wrapper = target != 0     ? wrapper_of(function, target, target + 1, library)
			  : slot->is_lazy ? local_wrapper(module, function, library)
					  : NULL;
		function = handle_named(catalog, hash, slot->name, function);
	}
	return wrapper;
}
