#include "handle_calls.h"

#include <errno.h>

#include "guard.h"
#include "handle_arguments.h"
#include "handle_catalog.h"
#include "handle_objects.h"
#include "handle_overlap.h"
#include "handle_thunks.h"
#include "handle_types.h"
#include "recorder.h"

#define FRAMES_MAX 24
#define STEPS_MAX  4 /* frames of one call; what more a function does is left out */

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

/* ---- the stack of calls ---- */

static bool frame_is_alive(const struct frame *frame, uintptr_t here)
{
	return (uintptr_t)frame->call > here &&
	       (frame->cookie == 0 || frame->call->cookie == frame->cookie);
}

static bool is_own_call(uint64_t cookie)
{
	for (uint32_t i = 0; i < frames.count; i++) {
		if (frames.at[i].cookie == cookie)
			return true;
	}
	return false;
}

/* The call of the frame is the one that is under way, unless it lies within another of its own. */
static inline void occupy(const struct frame *frame)
{
	struct handle_entry *entry = handle_table_entry(frame->ref);
	uint64_t occupant;

	if (entry == NULL || !entry->is_for_one_thread)
		return;
	occupant = __atomic_load_n(&entry->overlap.occupant, __ATOMIC_RELAXED);
	if (__builtin_expect(occupant != 0, 0)) {
		if (is_own_call(occupant))
			return;
		handle_overlap_begins(entry, occupant);
	}
	__atomic_store_n(&entry->overlap.occupant, frame->cookie, __ATOMIC_RELAXED);
}

static inline void vacate(const struct frame *frame, bool has_returned)
{
	struct handle_entry *entry = handle_table_entry(frame->ref);
	struct handle_overlap *overlap;

	if (entry == NULL || !entry->is_for_one_thread)
		return;
	overlap = &entry->overlap;
	if (__builtin_expect(
		    __atomic_load_n(&overlap->contested, __ATOMIC_ACQUIRE) == frame->cookie, 0) &&
	    has_returned)
		handle_overlap_proven(entry);
	if (__atomic_load_n(&overlap->occupant, __ATOMIC_RELAXED) == frame->cookie)
		__atomic_store_n(&overlap->occupant, 0, __ATOMIC_RELAXED);
}

static void frame_drop(void)
{
	struct frame *frame = &frames.at[frames.count - 1];

	frames.count--;
	if (frame->cookie != 0)
		vacate(frame, false);
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
	occupy(frame);
}

size_t handle_calls_under_way(struct handle_ref *refs, size_t max)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	size_t count = 0;

	for (uint32_t i = frames.count; i-- > 0 && count < max;) {
		const struct frame *frame = &frames.at[i];

		if (frame->ref.number == 0 || !frame_is_alive(frame, here))
			continue;
		refs[count] = handle_object_whole(frame->ref);
		count += refs[count].number != 0;
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

/* The handle that an argument is, or that it stands for: a part has a whole when it is known. */
static struct handle_ref handle_of(const struct handle_call *call, uint8_t place)
{
	struct handle_ref ref = handle_table_find(handle_argument(call, place));
	const struct handle_entry *entry = handle_table_entry(ref);

	return entry != NULL && entry->whole.number != 0 ? entry->whole : ref;
}

static void move(const struct handle_call *call, const struct handle_action *action)
{
	handle_object_moved(handle_of(call, action->place), handle_of(call, action->other));
}

/* A part's whole is an argument, and known from the beginning. */
static struct handle_ref make(const struct handle_call *call, const struct handle_action *action)
{
	struct handle_ref ref = handle_table_take(action->type);
	struct handle_entry *entry = handle_table_entry(ref);

	if (entry == NULL)
		return ref;
	entry->is_for_one_thread = (handle_type_of(action->type)->flags & HANDLE_TYPE_ONE_THREAD) !=
				   0;
	if (action->other != 0)
		entry->whole = handle_of(call, action->other);
	return ref;
}

static void adopt(const struct handle_call *call, const struct handle_action *action)
{
	uint64_t value = handle_argument(call, action->place);
	bool is_known = action->other == 0 && handle_table_find(value).number != 0;
	unsigned int depth;
	int error;

	if (value == 0 || is_known || recorder_is_foreign_process())
		return;
	error = errno;
	depth = guard_enter();
	handle_object_created(make(call, action), value);
	guard_restore(depth);
	errno = error;
}

static void step_enter(struct handle_call *call, uint16_t index)
{
	const struct handle_action *action = &handle_catalog()->actions[index];
	struct handle_ref ref = {0, 0};

	if (!handle_conditions_hold(call, action, false))
		return;
	switch ((enum handle_verb)action->verb) {
	case HANDLE_USE:
		ref = handle_of(call, action->place);
		if (ref.number != 0)
			frame_push(call, index, ref);
		return;
	case HANDLE_ADOPT:
		adopt(call, action);
		return;
	case HANDLE_CREATE:
		ref = make(call, action);
		if (ref.number != 0)
			frame_push(call, index, ref);
		else
			recorder_note(handle_table_full, true);
		return;
	case HANDLE_DESTROY:
		/* Before the call: in it the address may become another thread's new handle. */
		ref = handle_table_claim(handle_argument(call, action->place));
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

static bool use_enter(struct handle_call *call, const struct handle_thunk *thunk)
{
	struct handle_ref ref = handle_of(call, thunk->used);
	struct frame *frame = &frames.at[frames.count];

	if (ref.number == 0 || frames.count == FRAMES_MAX)
		return false;
	*frame = (struct frame){.call = call,
				.cookie = call->cookie,
				.ref = ref,
				.action = thunk->action,
				.verb = HANDLE_USE};
	__atomic_signal_fence(__ATOMIC_RELEASE);
	frames.count++;
	occupy(frame);
	call->stack_words = handle_words(call, thunk->words);
	return true;
}

static bool steps_enter(struct handle_call *call, const struct handle_thunk *thunk)
{
	const struct handle_catalog *catalog = handle_catalog();
	const struct handle_function *function = &catalog->functions[thunk->function];
	uint32_t count = frames.count;

	for (uint16_t step = function->first_step;
	     step != HANDLE_NONE && count <= FRAMES_MAX - STEPS_MAX &&
	     frames.count < count + STEPS_MAX;
	     step = catalog->steps[step].next)
		step_enter(call, catalog->steps[step].action);
	if (frames.count == count)
		return false;
	call->stack_words = handle_words(call, thunk->words);
	return true;
}

bool handle_call_enter(struct handle_call *call)
{
	const struct handle_thunk *thunk = &handle_thunks[call->thunk];

	frames_heal(call);
	call->real = thunk->real;
	call->cookie = ++frames.last_cookie ^ (uintptr_t)call; /* never 0: counts are small */
	return thunk->used != 0 ? use_enter(call, thunk) : steps_enter(call, thunk);
}

/* ---- and ends ---- */

static void creation_leave(const struct handle_call *call, const struct handle_action *action,
			   struct handle_ref ref)
{
	uint64_t value = handle_conditions_hold(call, action, true)
				 ? handle_argument_made(call, action)
				 : 0;

	if (value == 0) {
		handle_object_ended(ref);
		return;
	}
	handle_object_created(ref, value);
}

static void obtain_leave(const struct handle_call *call, const struct handle_action *action)
{
	uint64_t value = handle_conditions_hold(call, action, true)
				 ? handle_argument_made(call, action)
				 : 0;

	if (value != 0 && handle_table_find(value).number == 0)
		creation_leave(call, action, make(call, action));
}

static void step_leave(const struct handle_call *call, const struct frame *frame)
{
	const struct handle_action *action = &handle_catalog()->actions[frame->action];

	switch ((enum handle_verb)frame->verb) {
	case HANDLE_USE:
	case HANDLE_ADOPT:
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
		if (handle_conditions_hold(call, action, true))
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
	while (first > 0 && frames.at[first - 1].call == call) {
		is_plain = frames.at[--first].verb == HANDLE_USE && is_plain;
		vacate(&frames.at[first], true);
	}
	if (!is_plain)
		steps_leave(call, first);
	frames.count = first;
	call->cookie = 0;
}
