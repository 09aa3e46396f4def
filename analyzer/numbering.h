/*
 * Numbers for keys: equal keys get the same number, and numbers are dense from 0 in the order in
 * which their keys were first seen. What belongs to a key then lies in an array. One thread.
 */
#ifndef SOCKLIFE_NUMBERING_H
#define SOCKLIFE_NUMBERING_H

#include <stddef.h>
#include <stdint.h>

#define NUMBERING_FULL UINT32_MAX /* no number: out of memory */

struct numbering {
	size_t word_count; /* of a key */
	uint64_t *keys;    /* by number */
	uint32_t count;
	uint32_t room;   /* for keys */
	uint32_t *slots; /* number + 1; 0: free */
	uint32_t slot_count;
};

/* Keys are whole words, compared and hashed as such: padding must be cleared. */
#define NUMBERING_OF(key_type) ((struct numbering){.word_count = sizeof(key_type) / 8})

/* A new key gets the number that `count` was before. */
uint32_t numbering_of(struct numbering *numbering, const void *key);
const void *numbering_key(const struct numbering *numbering, uint32_t number);
void numbering_release(struct numbering *numbering);

#endif
