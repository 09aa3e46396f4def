#include "modules.h"

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <socklife/trace_format.h>

#include "backtrace.h"
#include "clock.h"
#include "guard.h"
#include "kernel.h"
#include "signals.h"
#include "sink.h"

#define MODULES_MAX         2048
#define MODULE_BUILD_ID_MAX 64
#define MODULE_PATH_MAX     1024

struct module_known {
	uint64_t start, end;
	uint64_t load_bias;
	uint32_t record; /* sink offset */
	bool is_seen;    /* by the listing under way */
};

struct module_listing {
	uint64_t time_ns;
	unsigned long long adds, subs;
};

static struct module_known modules_known[MODULES_MAX];
static uint32_t modules_count;
static uint32_t modules_is_listing;
static uint32_t modules_version;
static unsigned long long modules_adds, modules_subs;
/*
 * In a child forked while threads ran, one of them may have held the loader's lock for ever. For
 * the same lock's sake no handler lists modules, and none may come while they are listed: if it
 * forked, the child would wait for what its own parent held.
 */
static bool modules_is_frozen; /* atomic */

/* Note headers are 4-byte aligned; the GNU build id is the one note that matters (elf(5)). */
static const uint8_t *module_note_build_id(const uint8_t *note, size_t size, uint32_t *id_size)
{
	const uint8_t *end = note + size;

	while ((size_t)(end - note) > sizeof(ElfW(Nhdr))) {
		const ElfW(Nhdr) *header = (const ElfW(Nhdr) *)(const void *)note;
		const uint8_t *name = note + sizeof(*header);
		const uint8_t *id = name + ((header->n_namesz + 3u) & ~3u);

		if (id > end || header->n_descsz > (size_t)(end - id))
			return NULL;
		if (header->n_type == NT_GNU_BUILD_ID && header->n_namesz == 4 &&
		    memcmp(name, "GNU", 4) == 0) {
			*id_size = header->n_descsz < MODULE_BUILD_ID_MAX ? header->n_descsz
									  : MODULE_BUILD_ID_MAX;
			return id;
		}
		note = id + ((header->n_descsz + 3u) & ~3u);
	}
	return NULL;
}

static void module_measure(const struct dl_phdr_info *info, struct module_known *known)
{
	known->start = UINT64_MAX;
	known->end = 0;
	known->load_bias = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uint64_t start = info->dlpi_addr + segment->p_vaddr;

		if (segment->p_type != PT_LOAD)
			continue;
		if (start < known->start)
			known->start = start;
		if (start + segment->p_memsz > known->end)
			known->end = start + segment->p_memsz;
	}
}

static const uint8_t *module_build_id(const struct dl_phdr_info *info, uint32_t *size)
{
	const uint8_t *id = NULL;

	*size = 0;
	for (int i = 0; i < info->dlpi_phnum && id == NULL; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type == PT_NOTE)
			id = module_note_build_id(
				(const uint8_t *)(uintptr_t)(info->dlpi_addr + segment->p_vaddr),
				segment->p_memsz, size);
	}
	return id;
}

/* The main program has no name in the loader's list (dl_iterate_phdr(3)). */
static size_t module_path(const struct dl_phdr_info *info, char *path)
{
	long got;

	if (info->dlpi_name != NULL && info->dlpi_name[0] != '\0') {
		size_t size = strlen(info->dlpi_name);

		size = size < MODULE_PATH_MAX ? size : MODULE_PATH_MAX;
		memcpy(path, info->dlpi_name, size);
		return size;
	}
	got = kernel_call3(SYS_readlink, "/proc/self/exe", path, MODULE_PATH_MAX);
	return got > 0 ? (size_t)got : 0;
}

static uint32_t module_write(const struct dl_phdr_info *info, const struct module_known *known,
			     uint64_t time_ns)
{
	char path[MODULE_PATH_MAX];
	size_t path_size = module_path(info, path);
	uint32_t id_size;
	const uint8_t *id = module_build_id(info, &id_size);
	struct trace_module *module = sink_reserve(sizeof(*module) + id_size + path_size);

	if (module == NULL)
		return 0;
	module->loaded_ns = time_ns;
	module->start = known->start;
	module->end = known->end;
	module->load_bias = known->load_bias;
	module->build_id_size_bytes = id_size;
	module->path_size_bytes = (uint32_t)path_size;
	if (id_size > 0)
		memcpy((uint8_t *)(module + 1), id, id_size);
	memcpy((uint8_t *)(module + 1) + id_size, path, path_size);
	sink_commit(&module->record, TRACE_MODULE);
	return sink_offset(module);
}

static struct module_known *module_find(const struct module_known *wanted)
{
	for (uint32_t i = 0; i < modules_count; i++) {
		struct module_known *known = &modules_known[i];

		if (known->start == wanted->start && known->end == wanted->end &&
		    known->load_bias == wanted->load_bias)
			return known;
	}
	return NULL;
}

static int module_visit(struct dl_phdr_info *info, size_t size, void *context)
{
	struct module_listing *listing = context;
	struct module_known found = {.is_seen = true};
	struct module_known *known;

	(void)size;
	listing->adds = info->dlpi_adds;
	listing->subs = info->dlpi_subs;
	module_measure(info, &found);
	if (found.end == 0)
		return 0;
	known = module_find(&found);
	if (known != NULL) {
		known->is_seen = true;
		return 0;
	}
	if (modules_count == MODULES_MAX)
		return 0;
	found.record = module_write(info, &found, listing->time_ns);
	if (found.record != 0)
		modules_known[modules_count++] = found;
	return 0;
}

static int module_peek(struct dl_phdr_info *info, size_t size, void *context)
{
	bool *has_changed = context;

	(void)size;
	*has_changed = info->dlpi_adds != modules_adds || info->dlpi_subs != modules_subs;
	return 1;
}

static void modules_drop_gone(uint64_t time_ns)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < modules_count; i++) {
		struct trace_module *module = sink_at(modules_known[i].record);

		if (modules_known[i].is_seen)
			modules_known[kept++] = modules_known[i];
		else
			__atomic_store_n(&module->unloaded_ns, time_ns, __ATOMIC_RELAXED);
	}
	modules_count = kept;
}

static void modules_list(void)
{
	struct module_listing listing = {.time_ns = clock_now_ns()};

	for (uint32_t i = 0; i < modules_count; i++)
		modules_known[i].is_seen = false;
	dl_iterate_phdr(module_visit, &listing);
	modules_drop_gone(listing.time_ns);
	modules_adds = listing.adds;
	modules_subs = listing.subs;
	__atomic_fetch_add(&modules_version, 1, __ATOMIC_RELAXED);
	backtrace_forget();
}

void modules_update(void)
{
	bool has_changed = false;
	struct signals_mask mask;

	if (__atomic_load_n(&modules_is_frozen, __ATOMIC_RELAXED) || guard_is_nested() ||
	    signals_may_be_in_handler() ||
	    __atomic_exchange_n(&modules_is_listing, 1, __ATOMIC_ACQUIRE) != 0)
		return;
	mask = signals_block();
	dl_iterate_phdr(module_peek, &has_changed);
	if (has_changed)
		modules_list();
	signals_restore(mask);
	__atomic_store_n(&modules_is_listing, 0, __ATOMIC_RELEASE);
}

uint32_t modules_generation(void)
{
	return __atomic_load_n(&modules_version, __ATOMIC_RELAXED);
}

void modules_touch(void)
{
	/* the program asks for that lock itself */
	__atomic_store_n(&modules_is_frozen, false, __ATOMIC_RELAXED);
	__atomic_fetch_add(&modules_version, 1, __ATOMIC_RELAXED);
	backtrace_forget();
}

void modules_forked(bool had_threads)
{
	if (had_threads)
		__atomic_store_n(&modules_is_frozen, true, __ATOMIC_RELAXED);
	__atomic_store_n(&modules_is_listing, 0, __ATOMIC_RELAXED);
}

void modules_repeat(void)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < modules_count; i++) {
		struct module_known known = modules_known[i];
		const struct trace_record *parents = sink_parent_at(known.record);
		struct trace_record *own;

		if (parents == NULL)
			continue;
		own = sink_reserve(parents->size_bytes);
		if (own == NULL)
			continue;
		memcpy(own + 1, parents + 1, parents->size_bytes - sizeof(*own));
		sink_commit(own, TRACE_MODULE);
		known.record = sink_offset(own);
		modules_known[kept++] = known;
	}
	modules_count = kept;
}
