/* Objects, their links to sockets, and the captures that runtimes contribute to. */
#include "backtrace.h"
#include "clock.h"
#include "guard.h"
#include "recorder_state.h"
#include "settings.h"
#include "sink.h"
#include "stacks.h"

#define RECORDER_RUNTIMES_MAX 4
#define RECORDER_LINKS_KNOWN  4096 /* a direct-mapped memory of links written; a power of two */

static recorder_runtime_fn recorder_runtimes[RECORDER_RUNTIMES_MAX];
static uint32_t recorder_runtime_count;
static uint64_t recorder_links_known[RECORDER_LINKS_KNOWN];

void recorder_add_runtime(recorder_runtime_fn runtime)
{
	uint32_t place = __atomic_fetch_add(&recorder_runtime_count, 1, __ATOMIC_RELAXED);

	if (place < RECORDER_RUNTIMES_MAX)
		__atomic_store_n(&recorder_runtimes[place], runtime, __ATOMIC_RELEASE);
}

void recorder_ask_runtimes(struct recorder_capture *capture, enum recorder_moment moment,
			   uint32_t socket, int fd)
{
	capture->moment = moment;
	capture->socket = socket;
	capture->fd = fd;
	capture->frame_count = 0;
	capture->object_count = 0;
	capture->is_finalizer = false;
	capture->is_shut_down = false;
	for (size_t i = 0; i < RECORDER_RUNTIMES_MAX && !guard_is_nested(); i++) {
		recorder_runtime_fn runtime = __atomic_load_n(&recorder_runtimes[i],
							      __ATOMIC_ACQUIRE);

		if (runtime != NULL)
			runtime(capture);
	}
}

/* A stack of native frames alone, which many are, may be known without being taken. */
static uint32_t capture_stack(struct recorder_capture *capture, size_t depth)
{
	size_t room = RECORDER_FRAMES_MAX - capture->frame_count;
	bool is_native = capture->frame_count == 0;
	struct unwind_path path;
	size_t count = backtrace_capture(capture->frames + capture->frame_count,
					 room < depth ? room : depth,
					 recorder_tid() == recorder.pid, is_native ? &path : NULL);
	uint32_t id;

	if (is_native && path.known != 0)
		return path.known;
	id = stacks_intern(capture->frames, capture->frame_count + count);
	if (is_native && id != 0)
		unwind_path_keep(&path, id);
	return id;
}

uint32_t recorder_capture(struct recorder_capture *capture, enum recorder_moment moment,
			  uint32_t socket, int fd)
{
	size_t depth = (size_t)settings.stack_depth;

	recorder_ask_runtimes(capture, moment, socket, fd);
	if (depth == 0)
		return 0;
	if (capture->frame_count > depth)
		capture->frame_count = depth;
	return capture_stack(capture, depth);
}

bool recorder_is_unwinder(const void *address)
{
	return backtrace_is_unwinder(address);
}

/* The handle is the record's place; one from before a fork may name anything, so look before use.
 */
static struct trace_object *object_at(uint32_t handle)
{
	const struct trace_file_header *header = sink_header();
	struct trace_object *object;

	if (handle == 0 || !recorder_is_ready() ||
	    (uint64_t)handle * TRACE_ALIGNMENT + sizeof(*object) >
		    __atomic_load_n(&header->tail_bytes, __ATOMIC_ACQUIRE))
		return NULL;
	object = sink_at(handle);
	return __atomic_load_n(&object->record.kind, __ATOMIC_ACQUIRE) == TRACE_OBJECT &&
			       RECORDER_LIVE(object->record.size_bytes) == sizeof(*object)
		       ? object
		       : NULL;
}

static void recorder_epoch_advance(void)
{
	/* 0 is kept for "there has never been an object". */
	if (__atomic_add_fetch(&recorder.epoch, 1, __ATOMIC_RELAXED) == 0)
		__atomic_add_fetch(&recorder.epoch, 1, __ATOMIC_RELAXED);
}

uint32_t recorder_object_created(const struct recorder_object *wanted)
{
	const struct trace_object *parent;
	struct recorder_capture capture;
	struct trace_object *object;

	if (!recorder_be_born())
		return 0;
	parent = object_at(wanted->parent);
	object = sink_reserve(sizeof(*object));
	if (object == NULL)
		return 0;
	object->id = __atomic_add_fetch(&recorder.last_object_id, 1, __ATOMIC_RELAXED);
	object->class_name = wanted->class_name;
	object->number = wanted->number;
	object->address = wanted->address;
	object->created_ns = clock_now_ns();
	object->created_stack = recorder_capture(&capture, RECORDER_BIRTH, 0, -1);
	if (parent == NULL && wanted->runtime == TRACE_RUNTIME_C && capture.object_count > 0)
		parent = object_at(capture.objects[0]);
	object->parent = parent != NULL ? parent->id : 0;
	object->created_tid = recorder_tid();
	object->role = (uint16_t)wanted->role;
	object->runtime = (uint16_t)wanted->runtime;
	object->flags = wanted->flags;
	sink_commit(&object->record, TRACE_OBJECT);
	recorder_epoch_advance();
	return sink_offset(object);
}

void recorder_object_placed(uint32_t handle, uint64_t address)
{
	struct trace_object *object = object_at(handle);

	if (object != NULL)
		__atomic_store_n(&object->address, address, __ATOMIC_RELAXED);
}

void recorder_object_constructed(uint32_t handle)
{
	struct trace_object *object = object_at(handle);

	if (object != NULL)
		__atomic_store_n(&object->constructed_ns, clock_now_ns(), __ATOMIC_RELAXED);
}

void recorder_object_ended(uint32_t handle, enum trace_object_end end)
{
	struct trace_object *object = object_at(handle);

	if (object == NULL || RECORDER_LIVE(object->end) != 0)
		return;
	RECORDER_SET(object->ended_ns, clock_now_ns());
	RECORDER_SET(object->ended_tid, recorder_tid());
	__atomic_store_n(&object->end, (uint32_t)end, __ATOMIC_RELEASE);
	recorder_epoch_advance();
}

void recorder_object_revived(uint32_t handle)
{
	struct trace_object *object = object_at(handle);

	if (object != NULL)
		__atomic_fetch_or(&object->flags, TRACE_OBJECT_DEATH_UNKNOWN, __ATOMIC_RELAXED);
}

void recorder_overlap_see(struct recorder_overlap *overlap)
{
	struct recorder_capture capture;

	overlap->time_ns = clock_now_ns();
	overlap->tid = recorder_tid();
	overlap->stack = recorder_is_ready() ? recorder_capture(&capture, RECORDER_BIRTH, 0, -1)
					     : 0;
}

void recorder_object_overlapped(uint32_t handle, const struct recorder_overlap *seen,
				uint32_t other_tid)
{
	const struct trace_object *object = object_at(handle);
	struct trace_overlap *overlap = object != NULL ? sink_reserve(sizeof(*overlap)) : NULL;

	if (overlap == NULL)
		return;
	overlap->object = object->id;
	overlap->stack = seen->stack;
	overlap->time_ns = seen->time_ns;
	overlap->tid = seen->tid;
	overlap->other_tid = other_tid;
	sink_commit(&overlap->record, TRACE_OVERLAP);
}

uint32_t recorder_code(uint32_t file, uint32_t function, uint32_t line)
{
	struct trace_code *code = recorder_be_born() ? sink_reserve(sizeof(*code)) : NULL;

	if (code == NULL)
		return 0;
	code->id = __atomic_add_fetch(&recorder.last_code_id, 1, __ATOMIC_RELAXED);
	code->file = file;
	code->function = function;
	code->line = line;
	sink_commit(&code->record, TRACE_CODE);
	return code->id;
}

/*
 * A lossy memory: a pair that was pushed out is written again, which the analyzer forgives. A
 * forked child inherits it, but counts its own ids from 1: so the forks are part of the key.
 */
static bool link_is_known(uint32_t socket, uint32_t object, enum trace_link_kind what)
{
	uint64_t pair = (uint64_t)socket << 32 | (uint64_t)object << 2 | (uint64_t)what;
	uint64_t key = pair ^ (uint64_t)recorder_forks() << 56;
	uint64_t hash = key * UINT64_C(0x9e3779b97f4a7c15);
	uint64_t *place = &recorder_links_known[hash >> 52 & (RECORDER_LINKS_KNOWN - 1)];

	return __atomic_exchange_n(place, key, __ATOMIC_RELAXED) == key;
}

void recorder_link(uint32_t socket, uint32_t handle, enum trace_link_kind what,
		   enum trace_match match, uint32_t rank)
{
	const struct trace_object *object = object_at(handle);
	struct trace_link *link;

	if (object == NULL || socket == 0 || link_is_known(socket, object->id, what))
		return;
	link = sink_reserve(sizeof(*link));
	if (link == NULL)
		return;
	link->socket = socket;
	link->object = object->id;
	link->time_ns = clock_now_ns();
	link->what = (uint16_t)what;
	link->match = (uint16_t)match;
	link->rank = rank;
	link->tid = recorder_tid();
	sink_commit(&link->record, TRACE_LINK);
}

void recorder_link_captured(const struct recorder_capture *capture, uint32_t socket,
			    enum trace_link_kind what)
{
	for (size_t i = 0; i < capture->object_count; i++)
		recorder_link(socket, capture->objects[i], what,
			      (enum trace_match)capture->matches[i], (uint32_t)i);
}
