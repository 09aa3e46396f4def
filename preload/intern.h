/*
 * A bounded, lock-free table that finds records in the trace by their contents, so that each stack
 * and each string is stored once. Any thread, any signal handler. Never grows: when its
 * neighbourhood is full the record is not stored and the caller counts a loss.
 */
#ifndef SOCKLIFE_INTERN_H
#define SOCKLIFE_INTERN_H

#include <stdbool.h>
#include <stdint.h>

struct intern {
	uint64_t *slots;     /* NULL until the first intern_reset() */
	uint32_t slot_count; /* a power of two */
};

/* How a kind of record is compared with, and made from, what is looked for. */
struct intern_kind {
	bool (*equals)(const void *record, const void *wanted);
	void *(*make)(const void *wanted); /* a committed record of the sink, NULL when there is no
					      room */
};

/* Forgets all: the file is new. Returns 0 or an errno value. */
int intern_reset(struct intern *intern);

/* The record that equals `wanted`, made if need be; NULL when there is no room. */
const void *intern_get(const struct intern *intern, const struct intern_kind *kind, uint64_t hash,
		       const void *wanted);

/* Mixes one value into a hash. */
static inline uint64_t intern_mix(uint64_t hash, uint64_t value)
{
	/* Multiply and shift, as in splitmix64: values differ in few bits and the table needs all.
	 */
	hash = (hash ^ value) * UINT64_C(0xbf58476d1ce4e5b9);
	return hash ^ hash >> 29;
}

#endif
