/*
 * .eh_frame: finding the entry of an address, and reading what its numbers are written in. Same
 * conditions as frame_rule.h.
 */
#ifndef SOCKLIFE_FRAME_TABLE_H
#define SOCKLIFE_FRAME_TABLE_H

#include <stdbool.h>
#include <stdint.h>

/* A piece of a table; what is read past its end is 0, and is_bad is set for good. */
struct frame_bytes {
	const uint8_t *at, *end;
	bool is_bad;
};

uint8_t frame_bytes_u8(struct frame_bytes *bytes);
uint64_t frame_bytes_fixed(struct frame_bytes *bytes, unsigned int size); /* little-endian */
uint64_t frame_bytes_uleb(struct frame_bytes *bytes);
int64_t frame_bytes_sleb(struct frame_bytes *bytes);
void frame_bytes_skip(struct frame_bytes *bytes, uint64_t size);

/* What a function's entry (FDE) and what it shares with others (CIE) say. */
struct frame_entry {
	uintptr_t start; /* of the function */
	uint64_t code_unit;
	int64_t data_unit;
	uint64_t return_register;
	struct frame_bytes common; /* instructions of the CIE, then of the FDE */
	struct frame_bytes own;
};

/* False without glibc's _dl_find_object. Takes the loader's locks. */
bool frame_table_start(void);

/* The entry of the function that `address` is in; false: none, or not one that is understood. */
bool frame_table_find(uintptr_t address, struct frame_entry *entry);

#endif
