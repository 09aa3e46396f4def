#include "numbering.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_LEAST 256u

static uint32_t key_hash(const uint64_t *key, size_t word_count)
{
	uint64_t value = word_count;

	for (size_t i = 0; i < word_count; i++) {
		value = (value ^ key[i]) * UINT64_C(0x9e3779b97f4a7c15);
		value ^= value >> 32;
	}
	return (uint32_t)value;
}

static bool is_same(const uint64_t *key, const uint64_t *other, size_t word_count)
{
	uint64_t differing = 0;

	for (size_t i = 0; i < word_count; i++)
		differing |= key[i] ^ other[i];
	return differing == 0;
}

/* The slot that holds the key's number, or the free one where it belongs (linear probing). */
static uint32_t *slot_of(const struct numbering *numbering, const uint64_t *key)
{
	size_t words = numbering->word_count;
	uint32_t mask = numbering->slot_count - 1;
	uint32_t at = key_hash(key, words) & mask;

	while (numbering->slots[at] != 0 &&
	       !is_same(numbering->keys + (numbering->slots[at] - 1) * words, key, words))
		at = (at + 1) & mask;
	return &numbering->slots[at];
}

/* Never more than half of the slots are taken. */
static bool slots_grow(struct numbering *numbering)
{
	uint32_t count = numbering->slot_count != 0 ? numbering->slot_count * 2 : SLOTS_LEAST;
	uint32_t *slots = count != 0 ? calloc(count, sizeof *slots) : NULL;

	if (slots == NULL)
		return false;
	free(numbering->slots);
	numbering->slots = slots;
	numbering->slot_count = count;
	for (uint32_t i = 0; i < numbering->count; i++)
		*slot_of(numbering, numbering->keys + i * numbering->word_count) = i + 1;
	return true;
}

static bool keys_grow(struct numbering *numbering)
{
	uint32_t room = numbering->room != 0 ? numbering->room * 2 : SLOTS_LEAST / 2;
	uint64_t *keys = reallocarray(numbering->keys, room, numbering->word_count * sizeof *keys);

	if (keys == NULL)
		return false;
	numbering->keys = keys;
	numbering->room = room;
	return true;
}

uint32_t numbering_of(struct numbering *numbering, const void *key)
{
	uint32_t *slot;

	if (numbering->count >= numbering->slot_count / 2 && !slots_grow(numbering))
		return NUMBERING_FULL;
	slot = slot_of(numbering, key);
	if (*slot != 0)
		return *slot - 1;
	if (numbering->count == numbering->room && !keys_grow(numbering))
		return NUMBERING_FULL;
	memcpy(numbering->keys + numbering->count * numbering->word_count, key,
	       numbering->word_count * sizeof(uint64_t));
	*slot = ++numbering->count;
	return numbering->count - 1;
}

const void *numbering_key(const struct numbering *numbering, uint32_t number)
{
	return numbering->keys + number * numbering->word_count;
}

void numbering_release(struct numbering *numbering)
{
	free(numbering->keys);
	free(numbering->slots);
	*numbering = (struct numbering){.word_count = numbering->word_count};
}
