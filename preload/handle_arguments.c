#include "handle_arguments.h"

#include <errno.h>

#include "handle_thunks.h"
#include "kernel.h"

#define PAGE_BYTES 4096
#define WORD_BYTES sizeof(uint64_t)
#define ANY_WORDS  256 /* for variadic functions; C asks for 127 arguments (C11, 5.2.4.1) */

uint64_t handle_argument(const struct handle_call *call, uint8_t place)
{
	if (place == HANDLE_PLACE_RETURN)
		return call->results[0];
	return place <= HANDLE_REGISTERS ? call->arguments[place - 1]
					 : call->stack[place - HANDLE_REGISTERS - 1];
}

bool handle_conditions_hold(const struct handle_call *call, const struct handle_action *action,
			    bool is_over)
{
	for (uint8_t i = 0; i < action->condition_count; i++) {
		const struct handle_condition *condition = &action->conditions[i];

		if ((condition->place == HANDLE_PLACE_RETURN) == is_over &&
		    (int32_t)handle_argument(call, condition->place) != condition->value)
			return false;
	}
	return true;
}

/* rt_sigprocmask() looks at the set before it refuses the request (Linux, kernel/signal.c). */
static bool is_readable(uintptr_t address)
{
	return kernel_call4(SYS_rt_sigprocmask, -1, address, 0, WORD_BYTES) != -EFAULT;
}

/* A file may name the wrong argument, which points nowhere. */
uint64_t handle_argument_made(const struct handle_call *call, const struct handle_action *action)
{
	uint64_t value = handle_argument(call, action->place);

	if (action->place == HANDLE_PLACE_RETURN)
		return value;
	return value != 0 && is_readable(value) ? *(const uint64_t *)value : 0;
}

uint64_t handle_words(const struct handle_call *call, uint8_t words)
{
	uintptr_t start = (uintptr_t)call->stack, end;
	uintptr_t page = (start | (PAGE_BYTES - 1)) + 1;

	if (words == 0)
		return 0;
	end = start + (words == HANDLE_WORDS_ANY ? ANY_WORDS : words) * WORD_BYTES;
	if (page < end && !is_readable(page))
		end = page;
	return (end - start) / WORD_BYTES;
}
