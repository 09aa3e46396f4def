#include "python_capture.h"

#include <string.h>

#include "python_api.h"
#include "python_classes.h"
#include "python_constructions.h"
#include "python_objects.h"
#include "python_slots.h"
#include "python_starts.h"
#include "python_tasks.h"
#include "python_walk.h"

static bool has_many_interpreters;
static bool has_ended; /* the interpreter, by Py_FinalizeEx() */

void python_capture_many_interpreters(void)
{
	has_many_interpreters = true;
	recorder_note("this Python has subinterpreters: the objects in them are not recorded, and "
		      "frames only in part",
		      true);
}

void python_capture_end(void)
{
	__atomic_store_n(&has_ended, true, __ATOMIC_RELAXED);
}

/* All that is known of an interpreter went with it, and its audit hooks. */
static void note_another(void)
{
	if (__atomic_load_n(&has_ended, __ATOMIC_RELAXED) && python_is_up())
		recorder_note("Python was initialized again after its end: its objects and frames "
			      "are not recorded from then on",
			      true);
}

/*
 * Python's own signal handler writes to the wake-up descriptor (Modules/signalmodule.c,
 * trip_signal), at any moment, with the GIL held or half taken. asyncio makes that descriptor one
 * of a socketpair; sends on those are therefore never looked into.
 */
static bool may_be_in_signal_handler(const struct recorder_capture *capture)
{
	const struct trace_socket *socket;

	if (capture->moment != RECORDER_USE)
		return false;
	socket = recorder_socket(capture->fd);
	return !socket || socket->origin == TRACE_ORIGIN_SOCKETPAIR;
}

/*
 * Takes the GIL if this thread is one of Python's. The thread has mostly released it just before
 * the call that led here and is going to take it right after, so waiting for it here is no wait on
 * anything that it would not wait for anyway. A thread that still holds it by another thread state
 * would wait for itself: from 3.12 on the current state is each thread's own and tells, up to 3.11
 * only a process with one interpreter is safe.
 */
static bool lock_may_be_taken(const struct recorder_capture *capture, const void *mine)
{
	const void *current = python.PyThreadState_GetUnchecked();

	if (current == mine)
		return capture->moment != RECORDER_USE;
	return python.minor_version >= 12 ? current == NULL : !has_many_interpreters;
}

static bool lock_take(const struct recorder_capture *capture, int *lock)
{
	const void *mine = python.PyGILState_GetThisThreadState();

	if (!mine)
		return false;
	if (lock_may_be_taken(capture, mine)) {
		*lock = python.PyGILState_Ensure();
		if (python_is_main_interpreter())
			return true;
		python.PyGILState_Release(*lock);
	}
	return false;
}

static void object_add(struct recorder_capture *capture, uint32_t id, enum trace_match match)
{
	for (size_t i = 0; i < capture->object_count; i++) {
		if (capture->objects[i] == id)
			return;
	}
	if (!id || capture->object_count == RECORDER_OBJECTS_MAX)
		return;
	capture->objects[capture->object_count] = id;
	capture->matches[capture->object_count++] = (uint8_t)match;
}

static void frames_add(struct recorder_capture *capture, const struct python_walk *walk)
{
	size_t room = RECORDER_FRAMES_MAX - capture->frame_count;
	size_t count = walk->frame_count < room ? walk->frame_count : room;

	memcpy(capture->frames + capture->frame_count, walk->frames, count * sizeof(*walk->frames));
	capture->frame_count += count;
}

static void inherited_add(struct recorder_capture *capture, const void *start,
			  enum trace_match match)
{
	uint32_t ids[PYTHON_OWNERS_MAX];
	size_t count = python_start_owners(start, ids, PYTHON_OWNERS_MAX);

	for (size_t i = 0; i < count; i++)
		object_add(capture, ids[i], match);
}

static void stack_add(struct recorder_capture *capture, const struct python_walk *walk)
{
	uint32_t ids[RECORDER_OBJECTS_MAX];
	size_t count = python_objects_under_construction(ids, RECORDER_OBJECTS_MAX);

	for (size_t i = 0; i < count; i++)
		object_add(capture, ids[i], TRACE_MATCH_STACK);
	for (size_t i = 0; i < walk->object_count; i++)
		object_add(capture, walk->objects[i], TRACE_MATCH_STACK);
}

/*
 * Nobody is known to own what is being connected: a task of an event loop may do it for somebody
 * (httpx.AsyncClient) who then sends on it himself. Without an epoch the first send is looked into.
 */
static void attribute_anew(int fd)
{
	struct trace_socket *socket = recorder_socket(fd);

	if (socket)
		__atomic_store_n(&socket->attributed_epoch, 0, __ATOMIC_RELAXED);
}

/* One of C's own: Python's are born with their walk published. */
static bool is_object_birth(const struct recorder_capture *capture)
{
	return capture->moment == RECORDER_BIRTH && !capture->socket;
}

static void capture_walk(struct recorder_capture *capture)
{
	struct python_walk walk;

	python_walk_run(&walk);
	frames_add(capture, &walk);
	if (capture->moment == RECORDER_CONNECT || capture->moment == RECORDER_USE ||
	    is_object_birth(capture))
		stack_add(capture, &walk);
	if (capture->moment == RECORDER_CONNECT && !capture->object_count)
		attribute_anew(capture->fd);
	if (capture->moment == RECORDER_CONNECT)
		inherited_add(capture, python_task_current(), TRACE_MATCH_TASK);
	if (capture->moment == RECORDER_CONNECT || capture->moment == RECORDER_USE)
		inherited_add(capture, walk.outermost_self, TRACE_MATCH_THREAD);
	if (capture->moment == RECORDER_CLOSE && walk.is_in_del)
		capture->is_finalizer = true;
	/* Before the interpreter is down, and because it is about to be. */
	if (capture->moment == RECORDER_CLOSE && walk.is_at_exit)
		capture->is_shut_down = true;
}

/*
 * Once Py_IsInitialized() is 0, Py_FinalizeEx() runs nothing but finalizers; the thread's state
 * goes at its end (Python/pylifecycle.c), so that what a program closes later is not taken for
 * theirs.
 */
static bool is_shutting_down(void)
{
	return !python_is_up() && python.PyGILState_GetThisThreadState();
}

/* Before the first Py_Initialize() nothing is up either. */
static bool has_shut_down(void)
{
	static bool was_up;

	if (!python_is_up())
		return __atomic_load_n(&was_up, __ATOMIC_RELAXED);
	__atomic_store_n(&was_up, true, __ATOMIC_RELAXED);
	return false;
}

void python_capture(struct recorder_capture *capture)
{
	const struct python_walk *published = python_walk_published();
	int lock;

	note_another();
	if (has_shut_down())
		capture->is_shut_down = true;
	if (capture->moment == RECORDER_EXIT)
		return;
	if (capture->moment == RECORDER_CLOSE &&
	    (python_slots_is_finalizing() || is_shutting_down()))
		capture->is_finalizer = true;
	if (published) {
		frames_add(capture, published);
		return;
	}
	if (!python_objects_are_on() || !python_is_up() || may_be_in_signal_handler(capture) ||
	    !lock_take(capture, &lock))
		return;
	capture_walk(capture);
	python.PyGILState_Release(lock);
}
