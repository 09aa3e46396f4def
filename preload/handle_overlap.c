#include "handle_overlap.h"

#include <errno.h>

#include "guard.h"
#include "handle_objects.h"
#include "kernel.h"

static uint32_t own_tid(void)
{
	return (uint32_t)kernel_call0(SYS_gettid);
}

/* Both threads have done their part: whoever comes second tells. */
static void arrive(struct handle_entry *entry)
{
	struct handle_overlap *overlap = &entry->overlap;

	if (__atomic_fetch_add(&overlap->arrivals, 1, __ATOMIC_ACQ_REL) != 1 ||
	    overlap->forks != recorder_forks() ||
	    __atomic_exchange_n(&overlap->is_told, true, __ATOMIC_RELAXED))
		return;
	recorder_object_overlapped(handle_object_id(entry), &overlap->seen, overlap->first_tid);
}

static bool is_told(const struct handle_overlap *overlap)
{
	return __atomic_load_n(&overlap->is_told, __ATOMIC_RELAXED);
}

/* One at a time puts down what it has seen. */
static bool seeing_begin(struct handle_overlap *overlap)
{
	return __atomic_exchange_n(&overlap->is_seeing, 1, __ATOMIC_ACQUIRE) == 0;
}

static void see(struct handle_entry *entry, uint64_t occupant)
{
	struct handle_overlap *overlap = &entry->overlap;

	overlap->forks = recorder_forks();
	__atomic_store_n(&overlap->arrivals, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&overlap->contested, occupant, __ATOMIC_RELEASE);
	recorder_overlap_see(&overlap->seen);
	arrive(entry);
}

void handle_overlap_begins(struct handle_entry *entry, uint64_t occupant)
{
	struct handle_overlap *overlap = &entry->overlap;
	unsigned int depth;
	int error = errno;

	if (is_told(overlap) || recorder_is_foreign_process() ||
	    __atomic_load_n(&overlap->contested, __ATOMIC_RELAXED) == occupant ||
	    !seeing_begin(overlap))
		return;
	depth = guard_enter();
	see(entry, occupant);
	__atomic_store_n(&overlap->is_seeing, 0, __ATOMIC_RELEASE);
	guard_restore(depth);
	errno = error;
}

void handle_overlap_proven(struct handle_entry *entry)
{
	unsigned int depth;
	int error = errno;

	if (is_told(&entry->overlap) || recorder_is_foreign_process())
		return;
	depth = guard_enter();
	entry->overlap.first_tid = own_tid();
	arrive(entry);
	guard_restore(depth);
	errno = error;
}
