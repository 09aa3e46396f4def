#include "python_audit.h"

#include <stddef.h>

#define DOMAIN_RAW 0 /* PYMEM_DOMAIN_RAW, Include/cpython/pymem.h */

static struct python_allocator early; /* before Python has chosen */
static struct python_allocator chosen;
static void *entry;

static void *early_malloc(void *context, size_t size_bytes)
{
	entry = early.malloc(context, size_bytes);
	return entry;
}

bool python_audit_add(python_audit_fn hook)
{
	struct python_allocator remembering;
	int failed;

	python.PyMem_GetAllocator(DOMAIN_RAW, &early);
	remembering = early;
	remembering.malloc = early_malloc;
	python.PyMem_SetAllocator(DOMAIN_RAW, &remembering);
	failed = python.PySys_AddAuditHook(hook, NULL);
	python.PyMem_SetAllocator(DOMAIN_RAW, &early);
	return !failed;
}

/* Stands in for the chosen allocator until the entry is freed. */
static void chosen_free(void *context, void *memory)
{
	if (memory != entry || !memory) {
		chosen.free(context, memory);
		return;
	}
	entry = NULL;
	early.free(early.context, memory);
	python.PyMem_SetAllocator(DOMAIN_RAW, &chosen);
}

void python_audit_ends(void)
{
	struct python_allocator standing_in;

	python.PyMem_GetAllocator(DOMAIN_RAW, &chosen);
	if (!entry || chosen.free == early.free)
		return;
	standing_in = chosen;
	standing_in.free = chosen_free;
	python.PyMem_SetAllocator(DOMAIN_RAW, &standing_in);
}
