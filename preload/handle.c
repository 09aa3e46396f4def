#include "handle.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "environment.h"
#include "handle_catalog.h"
#include "handle_libraries.h"
#include "handle_objects.h"
#include "handle_threads.h"
#include "handle_thunks.h"
#include "hook_lookup.h"
#include "kernel.h"
#include "python.h"
#include "real.h"
#include "recorder.h"
#include "signals.h"

#define MODULES_MAX 2048

static struct handle_module modules[MODULES_MAX]; /* as listed last */
static size_t module_count;
static uintptr_t patched[MODULES_MAX]; /* where those begin whose slots are done */
static size_t patched_count;
/*
 * recorder_forks() + 1 at the last dlopen() or dlclose(). A child forked while threads ran may find
 * the lock of the loader's list held for ever, and must not ask for it before it does so itself.
 */
static uint32_t loading_forks;                      /* atomic */
static unsigned long long module_adds, module_subs; /* as dl_iterate_phdr(3) counts them */
static bool has_deep;                               /* atomic: RTLD_DEEPBIND was used */
static bool is_deep_pending; /* atomic: and what it has brought was not looked at yet */

/* ---- patching ---- */

struct patch {
	const struct handle_module *module;
	bool is_open;     /* its read-only slots may be written */
	bool has_threads; /* those that it starts are followed */
	bool is_deep;     /* it may be bound past the hooks */
};

static bool slot_open(struct patch *patch, uintptr_t at)
{
	const struct handle_module *module = patch->module;

	if (at < module->relro_start || at >= module->relro_end || patch->is_open)
		return true;
	patch->is_open = kernel_call3(SYS_mprotect, module->relro_start,
				      module->relro_end - module->relro_start,
				      PROT_READ | PROT_WRITE) == 0;
	if (!patch->is_open)
		recorder_note("a module's import table could not be changed: what it calls is "
			      "recorded in part",
			      true);
	return patch->is_open;
}

static void *call_wrapper(const struct patch *patch, const struct handle_slot *slot)
{
	uint16_t library;
	void *wrapper = handle_libraries_wrapper(patch->module, slot, &library);
	const struct handle_library *section;

	if (wrapper == NULL || handle_libraries_is(patch->module, library))
		return NULL;
	section = &handle_catalog()->libraries[library];
	return handle_catalog_fits(section->first_except, section->except_count,
				   patch->module->name)
		       ? NULL
		       : wrapper;
}

static bool is_defined_apart(const char *name, const void *found)
{
	uint32_t hash = handle_hash(name);

	for (size_t i = 0; i < module_count; i++) {
		const void *other = handle_elf_find(&modules[i], name, hash);

		if (other != NULL && other != found && hook_lookup_hook(name, found) != other)
			return true;
	}
	return false;
}

/*
 * The hook instead of libc's own function. A slot that is not bound yet is led there only when
 * nothing but libc can be meant.
 */
static void *hook_wrapper(const struct handle_slot *slot)
{
	void *found = slot->is_lazy ? hook_lookup_libc(slot->name) : (void *)*slot->at;
	void *hook = hook_lookup_hook(slot->name, found);

	return hook != NULL && slot->is_lazy && is_defined_apart(slot->name, found) ? NULL : hook;
}

static bool is_own(const struct handle_module *module)
{
	uintptr_t here = (uintptr_t)&module_count;

	return here >= module->start && here < module->end;
}

static void slot_visit(const struct handle_slot *slot, void *context)
{
	struct patch *patch = context;
	void *wrapper = handle_libraries_any() ? call_wrapper(patch, slot) : NULL;

	if (wrapper == NULL && patch->is_deep)
		wrapper = hook_wrapper(slot);

	if (wrapper == NULL && patch->has_threads)
		wrapper = handle_threads_wrapper(slot->name, slot->is_lazy ? 0 : *slot->at);
	if (wrapper != NULL && (uintptr_t)slot->at % sizeof(*slot->at) == 0 &&
	    slot_open(patch, (uintptr_t)slot->at))
		__atomic_store_n(slot->at, (uintptr_t)wrapper, __ATOMIC_RELEASE);
}

static void module_patch(const struct handle_module *module)
{
	struct patch patch = {.module = module,
			      .has_threads = handle_libraries_has_threads(module),
			      .is_deep = __atomic_load_n(&has_deep, __ATOMIC_RELAXED) &&
					 !is_own(module)};

	handle_elf_each_slot(module, slot_visit, &patch);
	if (patch.is_open)
		kernel_call3(SYS_mprotect, module->relro_start,
			     module->relro_end - module->relro_start, PROT_READ);
}

static bool is_patched(const struct handle_module *module)
{
	for (size_t i = 0; i < patched_count; i++) {
		if (patched[i] == module->start)
			return true;
	}
	return false;
}

/* ---- looking ---- */

static int module_list(struct dl_phdr_info *info, size_t size, void *context)
{
	bool *has_lost = context;

	(void)size;
	*has_lost = *has_lost || info->dlpi_subs != module_subs;
	__atomic_store_n(&module_adds, info->dlpi_adds, __ATOMIC_RELAXED);
	__atomic_store_n(&module_subs, info->dlpi_subs, __ATOMIC_RELAXED);
	if (module_count < MODULES_MAX && handle_elf_read(&modules[module_count], info))
		module_count++;
	return 0;
}

/*
 * A new library may be called by modules that were there before, whose slots are not bound yet. One
 * that was unloaded may have made way for another at the same place, so all begins anew.
 */
static void modules_update(void)
{
	bool is_new = false, has_lost = false, is_deep;

	__atomic_store_n(&is_deep_pending, false, __ATOMIC_RELAXED);
	is_deep = __atomic_load_n(&has_deep, __ATOMIC_RELAXED);
	module_count = 0;
	dl_iterate_phdr(module_list, &has_lost);
	if (has_lost) {
		patched_count = 0;
		handle_libraries_review(modules, module_count);
	}
	for (size_t i = 0; i < module_count; i++)
		is_new = (!is_patched(&modules[i]) && handle_libraries_learn(&modules[i])) ||
			 is_new;
	if (is_new)
		patched_count = 0;
	for (size_t i = 0; i < module_count; i++) {
		if (is_patched(&modules[i]))
			continue;
		python_library_seen(modules[i].name);
		if (is_deep || handle_libraries_any())
			module_patch(&modules[i]);
		patched[patched_count++] = modules[i].start;
	}
}

static int module_peek(struct dl_phdr_info *info, size_t size, void *context)
{
	bool *has_changed = context;

	(void)size;
	*has_changed = info->dlpi_adds != __atomic_load_n(&module_adds, __ATOMIC_RELAXED) ||
		       info->dlpi_subs != __atomic_load_n(&module_subs, __ATOMIC_RELAXED);
	return 1;
}

/*
 * dlsym() calls this while it holds the loader's lock (glibc, elf/dl-sym.c: the resolver of an
 * indirect function runs inside), and that is the only way to have the lock. Without it another
 * thread's dlopen() might be in the middle of relocating a module, whose pages we would make
 * read-only under its hands.
 */
__attribute__((used)) static void (*locked_resolve(void))(void)
{
	struct signals_mask mask = signals_block();

	modules_update();
	signals_restore(mask);
	return handle_look;
}

__attribute__((visibility("default"), ifunc("locked_resolve"))) void socklife_loader_locked(void);

void handle_loading(bool is_deep)
{
	if (is_deep) {
		__atomic_store_n(&has_deep, true, __ATOMIC_RELAXED);
		__atomic_store_n(&is_deep_pending, true, __ATOMIC_RELAXED);
	}
	__atomic_store_n(&loading_forks, recorder_forks() + 1, __ATOMIC_RELAXED);
}

void handle_look(void)
{
	bool has_changed = false;

	if (__atomic_load_n(&loading_forks, __ATOMIC_RELAXED) != recorder_forks() + 1)
		return;
	dl_iterate_phdr(module_peek, &has_changed);
	if (has_changed)
		REAL(dlsym)(RTLD_DEFAULT, "socklife_loader_locked");
}

void handle_exiting(void)
{
	if (__atomic_load_n(&is_deep_pending, __ATOMIC_RELAXED))
		recorder_note("a library was opened with RTLD_DEEPBIND: its own calls of socket "
			      "functions are not recorded",
			      true);
}

void handle_start(void)
{
	recorder_add_runtime(handle_capture);
	handle_catalog_start(environment_get("SOCKLIFE_HANDLES"));
	modules_update();
}

bool handle_is_name(const char *name)
{
	return handle_libraries_any() &&
	       handle_named(handle_catalog(), handle_hash(name), name, NULL) != NULL;
}

void *handle_lookup(const char *name, const void *found)
{
	uintptr_t address = (uintptr_t)found;
	const struct handle_slot slot = {.name = name, .at = &address};
	uint16_t library;

	return handle_libraries_any() ? handle_libraries_wrapper(NULL, &slot, &library) : NULL;
}
