#include "unwind.h"

#if defined(__x86_64__)

#include <stdbool.h>

#include "frame_rule.h"
#include "signals.h"

/*
 * A rule remembered, in one word, so that threads need no lock: what of the address does not follow
 * from the slot, the kind, and both offsets in words, the second negated. 0: nothing.
 */
#define UNWIND_SLOT_BITS   12
#define UNWIND_SLOTS       (1u << UNWIND_SLOT_BITS)
#define UNWIND_KIND_BITS   2
#define UNWIND_CFA_BITS    16
#define UNWIND_SAVED_BITS  10
#define UNWIND_RULE_BITS   (UNWIND_KIND_BITS + UNWIND_CFA_BITS + UNWIND_SAVED_BITS)
#define UNWIND_ADDRESS_MAX (UINT64_C(1) << (64 - UNWIND_RULE_BITS + UNWIND_SLOT_BITS))
#define UNWIND_WORD_BYTES  8

/* A walk at a frame, which goes on at place.address. */
struct unwind_walk {
	struct unwind_place place;
	const uintptr_t *saved_at; /* where place.frame_pointer was saved; NULL: still the first */
	uintptr_t stack_end;
	struct unwind_path *path; /* NULL: it is not kept */
};

static uint64_t unwind_rules[UNWIND_SLOTS]; /* atomic */
static bool unwind_is_on;                   /* atomic: the rules are to be had */

void unwind_start(void)
{
	__atomic_store_n(&unwind_is_on, frame_rule_start(), __ATOMIC_RELEASE);
}

void unwind_forget(void)
{
	for (size_t i = 0; i < UNWIND_SLOTS; i++)
		__atomic_store_n(&unwind_rules[i], 0, __ATOMIC_RELAXED);
	unwind_path_forget();
}

/* The word's lower part for a rule, 0 when it does not fit. */
static uint64_t unwind_pack(struct frame_rule rule)
{
	uint64_t cfa = (uint64_t)rule.cfa_offset, saved = (uint64_t)-rule.saved_offset;

	if (rule.kind == FRAME_RULE_OUTERMOST)
		return FRAME_RULE_OUTERMOST;
	if (rule.kind == FRAME_RULE_UNFIT || cfa % UNWIND_WORD_BYTES || saved % UNWIND_WORD_BYTES ||
	    cfa / UNWIND_WORD_BYTES >> UNWIND_CFA_BITS ||
	    saved / UNWIND_WORD_BYTES >> UNWIND_SAVED_BITS)
		return FRAME_RULE_UNFIT;
	return (uint64_t)rule.kind | cfa / UNWIND_WORD_BYTES << UNWIND_KIND_BITS |
	       saved / UNWIND_WORD_BYTES << (UNWIND_KIND_BITS + UNWIND_CFA_BITS);
}

static __attribute__((noinline)) uint64_t unwind_learn(uintptr_t address, uint64_t tag,
						       uint64_t *slot)
{
	uint64_t packed;

	if (address == 0 || address >= UNWIND_ADDRESS_MAX)
		return FRAME_RULE_UNFIT;
	packed = unwind_pack(frame_rule_find(address));
	/* What is unfit is asked for again: such a stack costs far more than that anyway. */
	if (packed != FRAME_RULE_UNFIT)
		__atomic_store_n(slot, tag | packed, __ATOMIC_RELAXED);
	return packed;
}

static inline uint64_t unwind_rule(uintptr_t address)
{
	/* Neighbours in a function and functions a page apart share no slot. */
	uint64_t *slot =
		&unwind_rules[(address ^ address >> UNWIND_SLOT_BITS) & (UNWIND_SLOTS - 1)];
	uint64_t tag = address >> UNWIND_SLOT_BITS << UNWIND_RULE_BITS;
	uint64_t word = __atomic_load_n(slot, __ATOMIC_RELAXED);

	if (__builtin_expect((word ^ tag) >> UNWIND_RULE_BITS == 0 && word != 0, 1))
		return word & ((UINT64_C(1) << UNWIND_RULE_BITS) - 1);
	return unwind_learn(address, tag, slot);
}

/* The frame pointer was gone by: so it belongs to what the walk went by, wherever it came from. */
static inline void unwind_used_frame_pointer(struct unwind_walk *walk)
{
	if (walk->path == NULL)
		return;
	if (walk->saved_at != NULL)
		unwind_path_add(walk->path, walk->saved_at);
	else
		walk->path->has_frame_pointer = true;
}

/* To the caller's frame; false when it would not lie on the stack, above this one. */
static inline bool unwind_step(struct unwind_walk *walk, uint64_t rule)
{
	struct unwind_place *place = &walk->place;
	uint64_t cfa_words = rule >> UNWIND_KIND_BITS & ((1u << UNWIND_CFA_BITS) - 1);
	uint64_t saved_words = rule >> (UNWIND_KIND_BITS + UNWIND_CFA_BITS);
	bool is_stack = (rule & ((1u << UNWIND_KIND_BITS) - 1)) == FRAME_RULE_STACK;
	uintptr_t cfa = (is_stack ? place->stack_pointer : place->frame_pointer) +
			cfa_words * UNWIND_WORD_BYTES;
	const uintptr_t *saved = (uintptr_t *)(cfa - saved_words * UNWIND_WORD_BYTES);
	const uintptr_t *back = (uintptr_t *)(cfa - UNWIND_WORD_BYTES);

	if (cfa % UNWIND_WORD_BYTES != 0 || cfa <= place->stack_pointer || cfa > walk->stack_end ||
	    (uintptr_t)saved < place->stack_pointer)
		return false;
	if (!is_stack)
		unwind_used_frame_pointer(walk);
	if (saved_words != 0) {
		place->frame_pointer = *saved;
		walk->saved_at = saved;
	}
	if (walk->path != NULL)
		unwind_path_add(walk->path, back);
	place->address = *back;
	place->stack_pointer = cfa;
	return true;
}

static inline __attribute__((always_inline)) size_t unwind_walk(struct unwind_walk *walk,
								uint64_t *frames, size_t max)
{
	size_t count = 0;

	while (count < max) {
		uint64_t rule = unwind_rule(walk->place.address);

		frames[count++] = walk->place.address;
		if (rule == FRAME_RULE_OUTERMOST)
			break;
		if (rule == FRAME_RULE_UNFIT || !unwind_step(walk, rule))
			return 0;
	}
	return count;
}

/* From the frame of unwind_capture()'s caller, by the registers as that function finds them. */
__attribute__((used, visibility("hidden"))) size_t
unwind_from(uint64_t *frames, size_t max, struct unwind_path *path, uintptr_t address,
	    uintptr_t stack_pointer, uintptr_t frame_pointer)
{
	struct unwind_walk walk = {{address, stack_pointer, frame_pointer}, .path = NULL};

	if (path != NULL)
		path->known = path->word_count = 0;
	if (!__atomic_load_n(&unwind_is_on, __ATOMIC_ACQUIRE))
		return 0;
	walk.stack_end = signals_stack_end(stack_pointer);
	if (path == NULL)
		return unwind_walk(&walk, frames, max);
	path->known = unwind_path_find(&walk.place);
	if (path->known != 0)
		return 0;
	unwind_path_begin(path, &walk.place);
	walk.path = path;
	return unwind_walk(&walk, frames, max);
}

__asm__(".text\n"
	".globl unwind_capture\n"
	".hidden unwind_capture\n"
	".type unwind_capture, @function\n"
	"unwind_capture:\n"
	".cfi_startproc\n"
	"	endbr64\n"
	"	mov (%rsp), %rcx\n"
	"	lea 8(%rsp), %r8\n"
	"	mov %rbp, %r9\n"
	"	jmp unwind_from\n"
	".cfi_endproc\n"
	".size unwind_capture, .-unwind_capture\n");

#else

void unwind_start(void)
{
}

void unwind_forget(void)
{
}

size_t unwind_capture(uint64_t *frames, size_t max, struct unwind_path *path)
{
	(void)frames, (void)max;
	if (path != NULL)
		path->known = path->word_count = 0;
	return 0;
}

#endif
