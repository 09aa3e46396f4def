#include "stacks.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include <socklife/trace_format.h>

#include "clock.h"
#include "kernel.h"
#include "modules.h"
#include "sink.h"

#define STACKS_SLOTS  (UINT32_C(1) << 16)
#define STACKS_PROBES 64 /* beyond this the table is as good as full */

/* A slot: the hash's upper half above, the STACK record's sink offset below; 0 is empty. */
static uint64_t *stacks_slots;
static uint32_t stacks_last_id;

int stacks_reset(void)
{
	long address;

	stacks_last_id = 0;
	if (stacks_slots != NULL) {
		/* madvise(2): private anonymous pages read as zero afterwards. */
		kernel_call3(SYS_madvise, stacks_slots, STACKS_SLOTS * sizeof(*stacks_slots),
			     MADV_DONTNEED);
		return 0;
	}
	address = kernel_call6(SYS_mmap, 0, STACKS_SLOTS * sizeof(*stacks_slots),
			       PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			       -1, 0);
	if (address < 0 && address > -4096)
		return (int)-address;
	stacks_slots = (uint64_t *)address;
	return 0;
}

/* Multiply and shift, as in splitmix64: frames differ in few bits and the table needs all of them.
 */
static uint64_t stack_hash(const uint64_t *frames, size_t count, uint32_t generation)
{
	uint64_t hash = generation;

	for (size_t i = 0; i < count; i++) {
		hash = (hash ^ frames[i]) * UINT64_C(0xbf58476d1ce4e5b9);
		hash ^= hash >> 29;
	}
	return hash;
}

static bool stack_equals(uint64_t slot, const uint64_t *frames, size_t count)
{
	const struct trace_stack *stack = sink_at((uint32_t)slot);

	return stack->frame_count == count &&
	       memcmp(stack + 1, frames, count * sizeof(*frames)) == 0;
}

static struct trace_stack *stack_write(const uint64_t *frames, size_t count)
{
	struct trace_stack *stack = sink_reserve(sizeof(*stack) + count * sizeof(*frames));

	if (stack == NULL)
		return NULL;
	stack->id = __atomic_add_fetch(&stacks_last_id, 1, __ATOMIC_RELAXED);
	stack->frame_count = (uint32_t)count;
	stack->time_ns = clock_now_ns();
	memcpy(stack + 1, frames, count * sizeof(*frames));
	sink_commit(&stack->record, TRACE_STACK);
	return stack;
}

/* Fills an empty slot; another thread may be faster, then what it put there is in *slot. */
static struct trace_stack *stack_insert(uint64_t *at, uint64_t *slot, uint64_t tag,
					const uint64_t *frames, size_t count)
{
	struct trace_stack *stack;

	modules_update();
	stack = stack_write(frames, count);
	if (stack != NULL)
		__atomic_compare_exchange_n(at, slot, tag | sink_offset(stack), false,
					    __ATOMIC_RELEASE, __ATOMIC_ACQUIRE);
	return stack;
}

uint32_t stacks_intern(const uint64_t *frames, size_t count)
{
	uint64_t hash = stack_hash(frames, count, modules_generation());
	uint64_t tag = hash & ~(uint64_t)UINT32_MAX;

	if (count == 0 || stacks_slots == NULL)
		return 0;
	for (uint32_t probe = 0; probe < STACKS_PROBES; probe++) {
		uint64_t *at = &stacks_slots[(hash + probe) & (STACKS_SLOTS - 1)];
		uint64_t slot = __atomic_load_n(at, __ATOMIC_ACQUIRE);

		if (slot == 0) {
			struct trace_stack *stack = stack_insert(at, &slot, tag, frames, count);

			return stack != NULL ? stack->id : 0;
		}
		if ((slot & ~(uint64_t)UINT32_MAX) == tag && stack_equals(slot, frames, count))
			return ((const struct trace_stack *)sink_at((uint32_t)slot))->id;
	}
	sink_lost(TRACE_LOST_NO_STACK, 0);
	return 0;
}
