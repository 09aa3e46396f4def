#include "handle_objects.h"

#include <time.h>

#include "handle_calls.h"
#include "handle_threads.h"
#include "handle_types.h"
#include "kernel.h"

#define TICK_NS        100000
#define TURNS_MAX      500
#define CONTAINERS_MAX 4 /* of one another; a ring of them must end too */
#define SOCKET_KEYS    (UINT64_C(1) << 63)

static void announce(struct handle_entry *entry)
{
	const struct handle_type *type = handle_type_of(entry->type);
	uint32_t string = handle_type_string(entry->type), object;

	object = recorder_object_created(&(struct recorder_object){
		.class_name = string,
		.number = handle_type_count(entry->type),
		.address = entry->address,
		.role = (enum trace_role)type->role,
		.runtime = TRACE_RUNTIME_C,
		.flags = (entry->was_announced ? TRACE_OBJECT_ADOPTED : 0) |
			 (type->flags & HANDLE_TYPE_ONE_THREAD ? TRACE_OBJECT_ONE_THREAD : 0),
	});
	entry->was_announced = true;
	entry->forks = recorder_forks();
	__atomic_store_n(&entry->object, object, __ATOMIC_RELEASE);
}

static bool is_part(const struct handle_entry *entry)
{
	return (handle_type_of(entry->type)->flags & HANDLE_TYPE_IS_PART) != 0;
}

static bool is_announced(const struct handle_entry *entry)
{
	return __atomic_load_n(&entry->object, __ATOMIC_ACQUIRE) != 0 &&
	       entry->forks == recorder_forks();
}

/*
 * A thread that a library has just started may connect while its handle is being announced. It is
 * the other thread's turn then, for a while at most: that one may wait for what this one holds.
 */
static void await_announced(const struct handle_entry *entry)
{
	const struct timespec tick = {.tv_nsec = TICK_NS};

	for (int turn = 0; turn < TURNS_MAX && !is_announced(entry); turn++)
		kernel_call2(SYS_nanosleep, &tick, NULL);
}

/* The tid of who announces it; 0 once that is done. */
static bool announce_begin(struct handle_entry *entry, uint32_t tid)
{
	uint32_t nobody = 0;

	return __atomic_compare_exchange_n(&entry->announcer, &nobody, tid, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

uint32_t handle_object_id(struct handle_entry *entry)
{
	uint32_t tid;

	if (is_announced(entry))
		return entry->object;
	tid = (uint32_t)kernel_call0(SYS_gettid);
	if (announce_begin(entry, tid)) {
		if (!is_announced(entry))
			announce(entry);
		__atomic_store_n(&entry->announcer, 0, __ATOMIC_RELEASE);
	} else if (__atomic_load_n(&entry->announcer, __ATOMIC_RELAXED) != tid) {
		await_announced(entry);
	}
	return is_announced(entry) ? entry->object : 0;
}

struct handle_ref handle_object_whole(struct handle_ref ref)
{
	const struct handle_entry *entry = handle_table_entry(ref);

	return entry != NULL && is_part(entry) ? entry->whole : ref;
}

void handle_object_moved(struct handle_ref ref, struct handle_ref container)
{
	struct handle_entry *entry = handle_table_entry(ref);
	struct handle_entry *into = handle_table_entry(container);

	if (entry == NULL)
		return;
	entry->container = container;
	if (into != NULL && handle_type_of(entry->type)->flags & HANDLE_TYPE_ENDS_POOL)
		into->has_members = true;
}

void handle_object_created(struct handle_ref ref, uint64_t address)
{
	struct handle_entry *entry = handle_table_entry(ref);
	struct handle_ref former = handle_table_claim(address);
	uint32_t object;

	/* The memory of one whose end was not seen. */
	if (former.number != 0)
		handle_object_ended(former);
	if (entry == NULL)
		return;
	entry->address = address;
	if (is_part(entry)) {
		if (entry->whole.number == 0 || !handle_table_publish(ref, address))
			handle_table_give_back(ref);
		return;
	}
	object = handle_object_id(entry);
	recorder_object_placed(object, address);
	recorder_object_constructed(object);
	if (!handle_table_publish(ref, address))
		recorder_note(handle_table_full, true);
}

/* Ends what is alive still, and known by its address. */
static void known_end(struct handle_ref ref)
{
	const struct handle_entry *entry = handle_table_entry(ref);

	if (entry != NULL && handle_table_find(entry->address).number == ref.number)
		handle_object_ended(handle_table_claim(entry->address));
}

static void members_end(struct handle_ref container)
{
	struct handle_ref ref;

	for (uint32_t i = 1; (ref = handle_table_numbered(i)).number != 0; i++) {
		const struct handle_entry *entry = handle_table_entry(ref);

		if (entry != NULL && entry->container.number == container.number &&
		    entry->container.serial == container.serial &&
		    handle_type_of(entry->type)->flags & HANDLE_TYPE_ENDS_POOL)
			known_end(ref);
	}
}

void handle_object_ended(struct handle_ref ref)
{
	struct handle_entry *entry = handle_table_entry(ref);
	struct handle_ref whole = {0, 0};
	bool has_members;

	if (entry == NULL)
		return;
	has_members = entry->has_members;
	if (handle_type_of(entry->type)->flags & HANDLE_TYPE_ENDS_WHOLE)
		whole = entry->whole;
	if (is_announced(entry))
		recorder_object_ended(entry->object, TRACE_OBJECT_END_CALL);
	handle_table_give_back(ref);
	if (has_members)
		members_end(ref);
	known_end(whole);
}

/* ---- captures ---- */

static void capture_add(struct recorder_capture *capture, uint32_t object, enum trace_match match)
{
	for (size_t i = 0; i < capture->object_count; i++) {
		if (capture->objects[i] == object)
			return;
	}
	if (object == 0 || capture->object_count == RECORDER_OBJECTS_MAX)
		return;
	capture->objects[capture->object_count] = object;
	capture->matches[capture->object_count++] = (uint8_t)match;
}

/* Its library frees it behind a callback or a reply, and closes its socket on the way. */
static void socket_closes(struct handle_entry *entry, uint32_t socket)
{
	const struct handle_type *type = handle_type_of(entry->type);

	if (type->flags & HANDLE_TYPE_ENDS_WITH && entry->address != 0 && entry->socket == socket &&
	    socket != 0)
		handle_object_ended(handle_table_claim(entry->address));
}

/* No handle's address: the table leads from a socket to its handle as well. */
static uint64_t socket_key(uint32_t socket)
{
	return SOCKET_KEYS | socket;
}

static void socket_connects(struct handle_ref ref, struct handle_entry *entry, uint32_t socket)
{
	bool is_found_by_it = handle_type_of(entry->type)->flags & HANDLE_TYPE_UNSEEN_END;

	if (is_found_by_it && entry->socket != socket) {
		handle_table_claim(socket_key(entry->socket));
		handle_table_publish(ref, socket_key(socket));
	}
	entry->socket = socket;
}

/* Closed in a call of the handle, it makes way for another one. */
static void unseen_end(struct recorder_capture *capture, const struct handle_ref *refs,
		       size_t count)
{
	struct handle_ref ref = handle_table_claim(socket_key(capture->socket));
	struct handle_entry *entry = handle_table_entry(ref);

	for (size_t i = 0; i < count; i++) {
		if (refs[i].number == ref.number)
			return;
	}
	if (entry == NULL)
		return;
	capture_add(capture, handle_object_id(entry), TRACE_MATCH_HANDLE);
	known_end(ref);
}

static void entry_add(struct recorder_capture *capture, struct handle_ref ref,
		      enum trace_match match)
{
	struct handle_entry *entry = handle_table_entry(ref);

	for (int i = 0; entry != NULL && i < CONTAINERS_MAX; i++) {
		capture_add(capture, handle_object_id(entry), match);
		entry = handle_table_entry(entry->container);
	}
}

/* In no handle's call, but in a thread that one has started. */
static void inherited_add(struct recorder_capture *capture)
{
	struct handle_ref refs[HANDLE_INHERITED_MAX];
	size_t count = handle_threads_inherited(refs, HANDLE_INHERITED_MAX);

	for (size_t i = 0; i < count; i++)
		entry_add(capture, refs[i], TRACE_MATCH_THREAD);
}

void handle_capture(struct recorder_capture *capture)
{
	struct handle_ref refs[RECORDER_OBJECTS_MAX];
	size_t count;

	/* A socket's birth has no owner; an object's has a parent. */
	if (capture->moment == RECORDER_BIRTH && capture->socket != 0)
		return;
	count = handle_calls_under_way(refs, RECORDER_OBJECTS_MAX);
	if (count == 0)
		inherited_add(capture);
	for (size_t i = 0; i < count; i++) {
		struct handle_entry *entry = handle_table_entry(refs[i]);

		entry_add(capture, refs[i], TRACE_MATCH_HANDLE);
		if (entry == NULL)
			continue;
		if (capture->moment == RECORDER_CONNECT)
			socket_connects(refs[i], entry, capture->socket);
		else if (capture->moment == RECORDER_CLOSE)
			socket_closes(entry, capture->socket);
	}
	if (capture->moment == RECORDER_CLOSE)
		unseen_end(capture, refs, count);
}
