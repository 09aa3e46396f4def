#include "unwind_path.h"

#include <stddef.h>

#include "guard.h"

#define UNWIND_SLOT_BITS 8
#define UNWIND_SLOTS     (1u << UNWIND_SLOT_BITS)
#define UNWIND_MIX       UINT64_C(0x9e3779b97f4a7c15) /* 2^64 / golden ratio */

/* All atomic, and valid when `version` is even and the same before and after. */
struct unwind_slot {
	uint32_t version;
	uint32_t generation, number, word_count;
	uint64_t address, stack_pointer, frame_pointer;
	uint64_t has_frame_pointer;
	struct unwind_word words[UNWIND_PATH_WORDS];
};

static struct unwind_slot unwind_slots[UNWIND_SLOTS];
static uint32_t unwind_generation; /* atomic */

/*
 * What follows a load by acquire comes after it, what goes before a store by release before it: so
 * the slot's version, which is read first and last and written the same way, frames the rest.
 */
#define SLOT_LOAD(field)         __atomic_load_n(&(field), __ATOMIC_ACQUIRE)
#define SLOT_STORE(field, value) __atomic_store_n(&(field), (value), __ATOMIC_RELEASE)

/* A walk is in the slot that it hashes to, or in that one's neighbour. */
static struct unwind_slot *slot_first(const struct unwind_place *place)
{
	uint64_t mixed = (place->stack_pointer ^ (uint64_t)guard.site << 16) * UNWIND_MIX;

	return &unwind_slots[mixed >> (64 - UNWIND_SLOT_BITS)];
}

static struct unwind_slot *slot_second(struct unwind_slot *first)
{
	return &unwind_slots[(size_t)(first - unwind_slots) ^ 1];
}

static bool slot_begins_at(const struct unwind_slot *slot, const struct unwind_place *place)
{
	return SLOT_LOAD(slot->address) == place->address &&
	       SLOT_LOAD(slot->stack_pointer) == place->stack_pointer &&
	       (!SLOT_LOAD(slot->has_frame_pointer) ||
		SLOT_LOAD(slot->frame_pointer) == place->frame_pointer) &&
	       SLOT_LOAD(slot->generation) == __atomic_load_n(&unwind_generation, __ATOMIC_RELAXED);
}

/*
 * In order, as the walk read them: while all so far are the same, the next stands where the walk
 * would look now. So nothing is read before it is known that the slot has not changed hands.
 */
static bool slot_holds(const struct unwind_slot *slot, uintptr_t stack_pointer, uint32_t version)
{
	const uint64_t *stack = (const uint64_t *)stack_pointer;
	uint32_t count = SLOT_LOAD(slot->word_count);

	for (uint32_t i = 0; i < count && i < UNWIND_PATH_WORDS; i++) {
		uint64_t offset = SLOT_LOAD(slot->words[i].offset);
		uint64_t value = SLOT_LOAD(slot->words[i].value);

		if (SLOT_LOAD(slot->version) != version || stack[offset] != value)
			return false;
	}
	return true;
}

static uint32_t slot_find(const struct unwind_slot *slot, const struct unwind_place *place)
{
	uint32_t version = SLOT_LOAD(slot->version);
	uint32_t number;

	if (version % 2 != 0 || !slot_begins_at(slot, place))
		return 0;
	number = SLOT_LOAD(slot->number);
	if (!slot_holds(slot, place->stack_pointer, version))
		return 0;
	return SLOT_LOAD(slot->version) == version ? number : 0;
}

uint32_t unwind_path_find(const struct unwind_place *place)
{
	struct unwind_slot *first = slot_first(place);
	uint32_t number = slot_find(first, place);

	return number != 0 ? number : slot_find(slot_second(first), place);
}

void unwind_path_begin(struct unwind_path *path, const struct unwind_place *place)
{
	path->place = *place;
	path->has_frame_pointer = false;
	path->generation = __atomic_load_n(&unwind_generation, __ATOMIC_ACQUIRE);
	path->known = 0;
	path->word_count = 0;
}

static void slot_fill(struct unwind_slot *slot, const struct unwind_path *path, uint32_t number)
{
	SLOT_STORE(slot->generation, path->generation);
	SLOT_STORE(slot->number, number);
	SLOT_STORE(slot->address, path->place.address);
	SLOT_STORE(slot->stack_pointer, path->place.stack_pointer);
	SLOT_STORE(slot->frame_pointer, path->place.frame_pointer);
	SLOT_STORE(slot->has_frame_pointer, path->has_frame_pointer);
	SLOT_STORE(slot->word_count, path->word_count);
	for (uint32_t i = 0; i < path->word_count; i++) {
		SLOT_STORE(slot->words[i].offset, path->words[i].offset);
		SLOT_STORE(slot->words[i].value, path->words[i].value);
	}
}

/* Of the two the one that has changed less: what is used is not what was written long ago. */
static struct unwind_slot *slot_to_fill(const struct unwind_place *place)
{
	struct unwind_slot *first = slot_first(place);
	struct unwind_slot *second = slot_second(first);

	return SLOT_LOAD(second->version) < SLOT_LOAD(first->version) ? second : first;
}

void unwind_path_keep(const struct unwind_path *path, uint32_t number)
{
	struct unwind_slot *slot;
	uint32_t version;

	if (path->word_count == 0 || path->word_count > UNWIND_PATH_WORDS)
		return;
	slot = slot_to_fill(&path->place);
	version = SLOT_LOAD(slot->version);
	if (version % 2 != 0 ||
	    !__atomic_compare_exchange_n(&slot->version, &version, version + 1, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return;
	slot_fill(slot, path, number);
	SLOT_STORE(slot->version, version + 2);
}

void unwind_path_forget(void)
{
	__atomic_add_fetch(&unwind_generation, 1, __ATOMIC_RELEASE);
}
