#include "stacks.h"

#include <stdbool.h>
#include <string.h>

#include <socklife/trace_format.h>

#include "backtrace.h"
#include "clock.h"
#include "intern.h"
#include "modules.h"
#include "sink.h"

static struct intern stacks_table = {.slot_count = UINT32_C(1) << 16};
static uint32_t stacks_last_id;

struct stack_wanted {
	const uint64_t *frames;
	size_t count;
};

static bool stack_equals(const void *record, const void *wanted)
{
	const struct trace_stack *stack = record;
	const struct stack_wanted *want = wanted;

	return stack->frame_count == want->count &&
	       memcmp(stack + 1, want->frames, want->count * sizeof(*want->frames)) == 0;
}

static void *stack_make(const void *wanted)
{
	const struct stack_wanted *want = wanted;
	struct trace_stack *stack;

	modules_update();
	stack = sink_reserve(sizeof(*stack) + want->count * sizeof(*want->frames));
	if (stack == NULL)
		return NULL;
	stack->id = __atomic_add_fetch(&stacks_last_id, 1, __ATOMIC_RELAXED);
	stack->frame_count = (uint32_t)want->count;
	stack->time_ns = clock_now_ns();
	memcpy(stack + 1, want->frames, want->count * sizeof(*want->frames));
	sink_commit(&stack->record, TRACE_STACK);
	return stack;
}

int stacks_reset(void)
{
	stacks_last_id = 0;
	backtrace_forget();
	return intern_reset(&stacks_table);
}

uint32_t stacks_intern(const uint64_t *frames, size_t count)
{
	static const struct intern_kind kind = {stack_equals, stack_make};
	struct stack_wanted wanted = {frames, count};
	uint64_t hash = modules_generation();
	const struct trace_stack *stack;

	if (count == 0)
		return 0;
	for (size_t i = 0; i < count; i++)
		hash = intern_mix(hash, frames[i]);
	stack = intern_get(&stacks_table, &kind, hash, &wanted);
	if (stack == NULL)
		sink_lost(TRACE_LOST_NO_STACK, 0);
	return stack != NULL ? stack->id : 0;
}
