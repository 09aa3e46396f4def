#include "handle_types.h"

#include <stdbool.h>
#include <string.h>

#include "handle_catalog.h"
#include "recorder.h"

#define NAME_MAX_BYTES 128

enum own_state { OWN_FREE, OWN_TAKEN, OWN_READY };

static struct own_type {
	uint32_t state; /* atomic */
	struct handle_type type;
	char name[NAME_MAX_BYTES];
} own_types[HANDLE_OWN_TYPES_MAX];

/* Of each family of types: its name in this process' trace. */
static struct {
	uint32_t string, forks;
	uint64_t count; /* atomic; above it recorder_forks() when it began */
} families[HANDLE_TYPES_MAX + HANDLE_OWN_TYPES_MAX];

const struct handle_type *handle_type_of(uint16_t type)
{
	return type < HANDLE_TYPES_MAX ? &handle_catalog()->types[type]
				       : &own_types[type - HANDLE_TYPES_MAX].type;
}

static uint8_t role_read(const char *word)
{
#define TRACE_ROLE(number, NAME, text)                                                             \
	if (strcmp(word, text) == 0)                                                               \
		return TRACE_ROLE_##NAME;
#include <socklife/trace_values.def>
	return TRACE_ROLE_CLIENT;
}

static void own_fill(struct own_type *own, uint16_t index, const char *name, const char *role)
{
	size_t size = strnlen(name, NAME_MAX_BYTES - 1);

	memcpy(own->name, name, size); /* zeroed memory ends it */
	own->type = (struct handle_type){.name = own->name, .family = index};
	own->type.role = role_read(role != NULL ? role : "");
	__atomic_store_n(&own->state, OWN_READY, __ATOMIC_RELEASE);
}

uint16_t handle_type_own(const char *name, const char *role)
{
	for (uint16_t i = 0; i < HANDLE_OWN_TYPES_MAX; i++) {
		struct own_type *own = &own_types[i];
		uint16_t index = (uint16_t)(HANDLE_TYPES_MAX + i);
		uint32_t state = OWN_FREE;

		if (__atomic_compare_exchange_n(&own->state, &state, OWN_TAKEN, false,
						__ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
			own_fill(own, index, name, role);
			return index;
		}
		if (state == OWN_READY && strncmp(own->name, name, NAME_MAX_BYTES - 1) == 0)
			return index;
	}
	return HANDLE_NONE;
}

uint32_t handle_type_string(uint16_t type)
{
	uint16_t family = handle_type_of(type)->family;
	const char *name = handle_type_of(family)->name;
	uint32_t forks = recorder_forks() + 1;

	if (families[family].string == 0 || families[family].forks != forks) {
		families[family].string = recorder_string(name, strlen(name));
		families[family].forks = forks;
	}
	return families[family].string;
}

uint32_t handle_type_count(uint16_t type)
{
	uint64_t *count = &families[handle_type_of(type)->family].count;
	uint64_t before = __atomic_load_n(count, __ATOMIC_RELAXED), after;

	do {
		uint64_t forks = recorder_forks();

		after = (before >> 32 == forks ? before : forks << 32) + 1;
	} while (!__atomic_compare_exchange_n(count, &before, after, true, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return (uint32_t)after;
}
