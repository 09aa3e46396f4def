/*
 * Walks that need not be repeated. From the same place in the program, by the same rules, a walk
 * reads the same words of the stack one after another: as long as each of them holds what it held,
 * the walk would end where it did. So a walk is kept as the words that it went by, with a number
 * that says what came of it, and known again by comparing them.
 *
 * One memory for all threads, which differ by their stack pointers. Whoever finds a slot being
 * changed goes without. Lock-free; any thread, any signal handler.
 */
#ifndef SOCKLIFE_UNWIND_PATH_H
#define SOCKLIFE_UNWIND_PATH_H

#include <stdbool.h>
#include <stdint.h>

#define UNWIND_PATH_WORDS 72 /* a longer walk is not kept */

/* Where a walk begins: registers. */
struct unwind_place {
	uintptr_t address, stack_pointer, frame_pointer;
};

/* A word of the stack that a walk went by. */
struct unwind_word {
	uint64_t offset; /* from the stack pointer, in words */
	uint64_t value;
};

struct unwind_path {
	struct unwind_place place;
	bool has_frame_pointer; /* it went by place.frame_pointer as well */
	uint32_t generation;    /* of the rules */
	uint32_t known;         /* the number, when the walk was known and not made; else 0 */
	uint32_t word_count;    /* UNWIND_PATH_WORDS + 1: too many */
	struct unwind_word words[UNWIND_PATH_WORDS];
};

/* The number of the walk from `place`; 0: it is not known. Reads the stack where the walk did. */
uint32_t unwind_path_find(const struct unwind_place *place);

/* An empty path from there, of the rules as they are now. */
void unwind_path_begin(struct unwind_path *path, const struct unwind_place *place);

/* The walk went by what stands at `address`, above the place's stack pointer. */
static inline void unwind_path_add(struct unwind_path *path, const uintptr_t *address)
{
	uint32_t count = path->word_count;

	if (count >= UNWIND_PATH_WORDS) {
		path->word_count = UNWIND_PATH_WORDS + 1;
		return;
	}
	path->words[count].offset = ((uintptr_t)address - path->place.stack_pointer) /
				    sizeof(*address);
	path->words[count].value = *address;
	path->word_count = count + 1;
}

/* Keeps a walk that is over with a number other than 0. */
void unwind_path_keep(const struct unwind_path *path, uint32_t number);

/* Other rules are to come: what is kept is no longer so. */
void unwind_path_forget(void);

#endif
