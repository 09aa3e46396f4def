#include "handle_calls.h"

#include <errno.h>

#include "guard.h"
#include "handle_catalog.h"
#include "handle_objects.h"
#include "handle_thunks.h"
#include "kernel.h"

#define FRAMES_MAX 24
#define STEPS_MAX  4 /* frames of one call; what more a function does is left out */
#define PAGE_BYTES 4096
#define WORD_BYTES sizeof(uint64_t)
#define ANY_WORDS  256 /* for variadic functions; C asks for 127 arguments (C11, 5.2.4.1) */

struct frame {
	struct handle_call *call;
	uint64_t cookie;       /* 0: by the program's word */
	struct handle_ref ref; /* none: its handle is known only when the call is over */
	uint16_t action;
	uint8_t verb;
};

/* A handler may come at any instruction: a frame is whole before it is counted. */
struct frames {
	struct frame at[FRAMES_MAX];
	uint32_t count;
	uint64_t last_cookie;
};

static __thread struct frames frames __attribute__((tls_model("initial-exec")));

static uint64_t place_read(const struct handle_call *call, uint8_t place)
{
	if (place == HANDLE_PLACE_RETURN)
		return call->results[0];
	return place <= HANDLE_REGISTERS ? call->arguments[place - 1]
					 : call->stack[place - HANDLE_REGISTERS - 1];
}

/* What a place of a create line holds once the call is over: the handle, or where it was put. */
static uint64_t place_value(const struct handle_call *call, const struct handle_action *action)
{
	uint64_t value = place_read(call, action->place);

	if (action->place != HANDLE_PLACE_RETURN && value != 0)
		value = *(const uint64_t *)value;
	return value;
}

/* Conditions on arguments hold when the call begins, those on the result when it is over. */
static bool conditions_hold(const struct handle_call *call, const struct handle_action *action,
			    bool is_over)
{
	for (uint8_t i = 0; i < action->condition_count; i++) {
		const struct handle_condition *condition = &action->conditions[i];

		if ((condition->place == HANDLE_PLACE_RETURN) == is_over &&
		    (int32_t)place_read(call, condition->place) != condition->value)
			return false;
	}
	return true;
}

/* ---- the stack of calls ---- */

static bool frame_is_alive(const struct frame *frame, uintptr_t here)
{
	return (uintptr_t)frame->call > here &&
	       (frame->cookie == 0 || frame->call->cookie == frame->cookie);
}

static void frame_drop(void)
{
	struct frame *frame = &frames.at[frames.count - 1];

	frames.count--;
	/* The function never returned; what it was to free is claimed already. */
	if (frame->verb == HANDLE_DESTROY || frame->verb == HANDLE_CREATE) {
		int error = errno;
		unsigned int depth = guard_enter();

		handle_object_ended(frame->ref);
		guard_restore(depth);
		errno = error;
	}
}

/* Calls that lie below this one have ended, by whatever way. */
static void frames_heal(const struct handle_call *call)
{
	while (frames.count > 0 && frames.at[frames.count - 1].call < call)
		frame_drop();
}

static void frame_push(struct handle_call *call, uint16_t action, struct handle_ref ref)
{
	struct frame *frame = &frames.at[frames.count];

	frame->call = call;
	frame->cookie = call->cookie;
	frame->ref = ref;
	frame->action = action;
	frame->verb = handle_catalog()->actions[action].verb;
	__atomic_signal_fence(__ATOMIC_RELEASE);
	frames.count++;
}

size_t handle_calls_under_way(struct handle_ref *refs, size_t max)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	size_t count = 0;

	for (uint32_t i = frames.count; i-- > 0 && count < max;) {
		const struct frame *frame = &frames.at[i];

		if (frame->ref.number != 0 && frame_is_alive(frame, here))
			refs[count++] = frame->ref;
	}
	return count;
}

/* ---- by the program's word ---- */

void handle_calls_begin(struct handle_ref ref, uintptr_t place)
{
	struct frame frame = {.call = (struct handle_call *)place, .ref = ref, .verb = HANDLE_USE};

	frames_heal(frame.call);
	if (frames.count == FRAMES_MAX)
		return;
	frames.at[frames.count] = frame;
	__atomic_signal_fence(__ATOMIC_RELEASE);
	frames.count++;
}

void handle_calls_end(struct handle_ref ref)
{
	uint32_t at = frames.count;

	while (at > 0 &&
	       (frames.at[at - 1].cookie != 0 || frames.at[at - 1].ref.number != ref.number))
		at--;
	if (at > 0)
		frames.count = at - 1;
}

/* ---- a call begins ---- */

static struct handle_ref whole_of(struct handle_ref ref)
{
	const struct handle_entry *entry = handle_table_entry(ref);

	return entry != NULL && entry->whole.number != 0 ? entry->whole : ref;
}

static void move(const struct handle_call *call, const struct handle_action *action)
{
	struct handle_ref moved = whole_of(handle_table_find(place_read(call, action->place)));
	struct handle_entry *entry = handle_table_entry(moved);

	if (entry != NULL)
		entry->container = whole_of(handle_table_find(place_read(call, action->other)));
}

static void step_enter(struct handle_call *call, uint16_t index)
{
	const struct handle_action *action = &handle_catalog()->actions[index];
	struct handle_ref ref = {0, 0};

	if (!conditions_hold(call, action, false))
		return;
	switch ((enum handle_verb)action->verb) {
	case HANDLE_USE:
		ref = whole_of(handle_table_find(place_read(call, action->place)));
		if (ref.number != 0)
			frame_push(call, index, ref);
		return;
	case HANDLE_CREATE:
		ref = handle_table_take(action->type);
		if (ref.number != 0)
			frame_push(call, index, ref);
		return;
	case HANDLE_DESTROY:
		/* Before the call: in it the address may become another thread's new handle. */
		ref = handle_table_claim(place_read(call, action->place));
		if (ref.number != 0)
			frame_push(call, index, ref);
		return;
	case HANDLE_MOVE:
		if (action->place == HANDLE_PLACE_RETURN)
			frame_push(call, index, ref);
		else
			move(call, action);
		return;
	case HANDLE_OBTAIN:
		frame_push(call, index, ref);
		return;
	}
}

/* rt_sigprocmask() looks at the set before it refuses the request (Linux, kernel/signal.c). */
static bool is_readable(uintptr_t address)
{
	return kernel_call4(SYS_rt_sigprocmask, -1, address, 0, WORD_BYTES) != -EFAULT;
}

/* The caller's stack holds the arguments, and may end soon after them. */
static uint64_t words_readable(const struct handle_call *call)
{
	uintptr_t start = (uintptr_t)call->stack, end = start + ANY_WORDS * WORD_BYTES;
	uintptr_t page = (start | (PAGE_BYTES - 1)) + 1;

	if (page < end && !is_readable(page))
		end = page;
	return (end - start) / WORD_BYTES;
}

bool handle_call_enter(struct handle_call *call)
{
	const struct handle_thunk *thunk = &handle_thunks[call->thunk];
	const struct handle_catalog *catalog = handle_catalog();
	const struct handle_function *function = &catalog->functions[thunk->function];
	uint32_t count;

	frames_heal(call);
	call->real = thunk->real;
	call->cookie = ++frames.last_cookie ^ (uintptr_t)call; /* never 0: counts are small */
	count = frames.count;
	for (uint16_t step = function->first_step;
	     step != HANDLE_NONE && count <= FRAMES_MAX - STEPS_MAX &&
	     frames.count < count + STEPS_MAX;
	     step = catalog->steps[step].next)
		step_enter(call, catalog->steps[step].action);
	if (frames.count == count)
		return false;
	call->stack_words = function->stack_words == HANDLE_WORDS_ANY ? words_readable(call)
								      : function->stack_words;
	return true;
}

/* ---- and ends ---- */

static void part_created(const struct handle_call *call, const struct handle_action *action,
			 struct handle_ref ref)
{
	struct handle_entry *entry = handle_table_entry(ref);

	if (entry != NULL && action->other != 0)
		entry->whole = whole_of(handle_table_find(place_read(call, action->other)));
}

static void creation_leave(const struct handle_call *call, const struct handle_action *action,
			   struct handle_ref ref)
{
	uint64_t value = conditions_hold(call, action, true) ? place_value(call, action) : 0;

	if (value == 0) {
		handle_object_ended(ref);
		return;
	}
	part_created(call, action, ref);
	handle_object_created(ref, value);
}

static void obtain_leave(const struct handle_call *call, const struct handle_action *action)
{
	uint64_t value = conditions_hold(call, action, true) ? place_value(call, action) : 0;

	if (value != 0 && handle_table_find(value).number == 0)
		creation_leave(call, action, handle_table_take(action->type));
}

static void step_leave(const struct handle_call *call, const struct frame *frame)
{
	const struct handle_action *action = &handle_catalog()->actions[frame->action];

	switch ((enum handle_verb)frame->verb) {
	case HANDLE_USE:
		return;
	case HANDLE_CREATE:
		creation_leave(call, action, frame->ref);
		return;
	case HANDLE_DESTROY:
		handle_object_ended(frame->ref);
		return;
	case HANDLE_OBTAIN:
		obtain_leave(call, action);
		return;
	case HANDLE_MOVE:
		if (conditions_hold(call, action, true))
			move(call, action);
		return;
	}
}

/* In the order of the text. The call is still under way: what it made is made by its handles. */
static void steps_leave(const struct handle_call *call, uint32_t first)
{
	unsigned int depth = guard_enter();
	int error = errno;

	for (uint32_t i = first; i < frames.count && !recorder_is_foreign_process(); i++)
		step_leave(call, &frames.at[i]);
	errno = error;
	guard_restore(depth);
}

void handle_call_leave(struct handle_call *call)
{
	bool is_plain = true;
	uint32_t first;

	frames_heal(call);
	first = frames.count;
	while (first > 0 && frames.at[first - 1].call == call)
		is_plain = frames.at[--first].verb == HANDLE_USE && is_plain;
	if (!is_plain)
		steps_leave(call, first);
	frames.count = first;
	call->cookie = 0;
}
