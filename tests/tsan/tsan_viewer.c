#include "tsan.h"

#include <stddef.h>
#include <time.h>

#include <socklife/trace_format.h>

#include "sink.h"

#define TICK_NS 2000000

/*
 * How much of each record is constant once its kind is there, that is up to its first live field
 * (trace_format.h); all of the other kinds is.
 */
static size_t constant_size(uint16_t kind, size_t size_bytes)
{
	switch (kind) {
	case TRACE_SOCKET:
		return offsetof(struct trace_socket, flags);
	case TRACE_CONNECT:
		return offsetof(struct trace_connect, finished_ns);
	case TRACE_MODULE:
		return offsetof(struct trace_module, unloaded_ns);
	case TRACE_OBJECT:
		return offsetof(struct trace_object, constructed_ns);
	case TRACE_EXEC:
		return offsetof(struct trace_exec, error);
	default:
		return size_bytes;
	}
}

static unsigned int record_sum(const struct trace_record *record, uint16_t kind, size_t size_bytes)
{
	const unsigned char *bytes = (const unsigned char *)record;
	unsigned int sum = 0;

	for (size_t i = sizeof(*record); i < constant_size(kind, size_bytes); i++)
		sum += bytes[i];
	return sum;
}

/*
 * Plain reads: that what the kind's release store published is there, ThreadSanitizer must see. The
 * tail is read without any order, so that nothing but the kind can give one.
 */
static unsigned int viewer_look(const struct trace_file_header *header)
{
	uint64_t tail = __atomic_load_n(&header->tail_bytes, __ATOMIC_RELAXED);
	unsigned int sum = 0;
	uint64_t offset = sizeof(*header);

	while (offset < tail) {
		const struct trace_record *record = sink_at((uint32_t)(offset / TRACE_ALIGNMENT));
		uint32_t size_bytes = __atomic_load_n(&record->size_bytes, __ATOMIC_RELAXED);
		uint16_t kind = __atomic_load_n(&record->kind, __ATOMIC_ACQUIRE);

		must(size_bytes >= sizeof(*record) && size_bytes % TRACE_ALIGNMENT == 0, "a size");
		if (kind != 0)
			sum += record_sum(record, kind, size_bytes);
		offset += size_bytes;
	}
	return sum;
}

void *viewer_run(void *is_done)
{
	const struct timespec tick = {.tv_nsec = TICK_NS};
	volatile unsigned int sum; /* so that the reads are made */

	while (!__atomic_load_n((bool *)is_done, __ATOMIC_RELAXED)) {
		sum = viewer_look(sink_header());
		nanosleep(&tick, NULL);
	}
	(void)sum;
	return NULL;
}
