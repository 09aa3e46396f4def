#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "board.h"
#include "clock.h"
#include "diag.h"
#include "hot.h"
#include "kernel.h"
#include "signals.h"
#include "sink_state.h"
#include "sink_window.h"

#define SINK_STEP_LEAST (UINT64_C(64) << 10)
#define SINK_STEP_MOST  (UINT64_C(512) << 10)

struct sink {
	uint64_t limit_bytes; /* atomic: the file has blocks below this */
	uint32_t is_growing; /* atomic: one thread at a time extends or moves it, signals blocked */
	uint32_t is_full;    /* atomic: growing has failed for good */
	bool is_private;     /* see sink_keep_private() */
};

struct sink_window sink_window HOT_DATA;
static struct sink sink HOT_DATA;
struct sink_file sink_file = {.fd = -1};
static uint8_t *sink_parent_base;
static uint64_t sink_parent_bytes, sink_parent_limit_bytes;

/*
 * Blocks first, then access: what is mapped can always be written. Most programs fill a page or two
 * of the first piece, which come as they are touched; those of a further piece come at once.
 */
static int sink_give(uint64_t from, uint64_t to)
{
	int error = sink_file_extend(sink_file.fd, from, to);

	if (error == 0 && from > 0)
		error = sink_file_warm(sink_file.fd, from, to);
	if (error == 0)
		error = sink_window_map(&sink_window, from, to, sink_file.fd);
	if (error == 0 && from > 0)
		sink_window_prepare(&sink_window, from, to);
	return error;
}

/* The file stays, empty: it tells the analyzer that this process is missing from the trace. */
static void sink_abandon(void)
{
	if (sink_window.base != NULL)
		kernel_call2(SYS_munmap, sink_window.base, sink_window.bytes);
	if (sink_file.fd >= 0) {
		kernel_call2(SYS_ftruncate, sink_file.fd, 0);
		kernel_call1(SYS_close, sink_file.fd);
	}
	memset(&sink_window, 0, sizeof(sink_window));
	sink_file.fd = -1;
}

static void sink_begin(const struct trace_file_header *header)
{
	struct trace_file_header *mapped = (struct trace_file_header *)sink_window.base;
	uint64_t magic;

	*mapped = *header;
	mapped->version = TRACE_VERSION;
	mapped->header_size_bytes = sizeof(*mapped);
	mapped->byte_order = TRACE_BYTE_ORDER;
	mapped->sequence = sink_file.sequence;
	mapped->tail_bytes = sizeof(*mapped);
	memcpy(&magic, TRACE_MAGIC, sizeof(magic));
	__atomic_store_n((uint64_t *)(void *)mapped->magic, magic, __ATOMIC_RELEASE);
}

/*
 * Nothing here will tell of this process. The file of the parent that forked it may, whose header
 * is mapped still and never cut off (sink_trim).
 */
static void sink_unopened(void)
{
	struct trace_file_header *parents = (struct trace_file_header *)sink_parent_base;

	if (parents != NULL)
		__atomic_fetch_add(&parents->lost[TRACE_LOST_FORK_UNRECORDED], 1, __ATOMIC_RELAXED);
	else
		board_count();
}

int sink_open(const char *directory, uint64_t max_bytes, const struct trace_file_header *header)
{
	struct rlimit limit;
	bool is_lifted = sink_file_lift(&limit);
	int error = sink_file_create(&sink_file, directory, header->pid);

	if (error == 0)
		sink_file_raise(&sink_file.fd, is_lifted);
	if (is_lifted)
		sink_file_drop(&limit);
	if (error != 0) {
		sink_unopened();
		return error;
	}
	error = sink_window_reserve(&sink_window, max_bytes, SINK_STEP_LEAST);
	if (error == 0)
		error = sink_give(0, SINK_STEP_LEAST);
	if (error != 0) {
		sink_abandon();
		return error;
	}
	sink.limit_bytes = SINK_STEP_LEAST;
	sink_begin(header);
	return 0;
}

void sink_forked(void)
{
	sink_forget_parent();
	sink_parent_base = sink_window.base;
	sink_parent_bytes = sink_window.bytes;
	sink_parent_limit_bytes = sink.limit_bytes;
	if (sink_file.fd >= 0)
		kernel_call1(SYS_close, sink_file.fd);
	memset(&sink, 0, sizeof(sink));
	memset(&sink_window, 0, sizeof(sink_window));
	sink_file.fd = -1;
}

static int sink_extend(uint64_t limit)
{
	uint64_t step = limit < SINK_STEP_LEAST  ? SINK_STEP_LEAST
			: limit > SINK_STEP_MOST ? SINK_STEP_MOST
						 : limit;
	uint64_t target = limit + step < sink_window.bytes ? limit + step : sink_window.bytes;
	int error;

	if (target <= limit)
		return EFBIG;
	error = sink_give(limit, target);
	if (error == EFBIG && target - limit > SINK_STEP_LEAST) {
		target = limit + SINK_STEP_LEAST;
		error = sink_give(limit, target);
	}
	if (error == 0)
		__atomic_store_n(&sink.limit_bytes, target, __ATOMIC_RELEASE);
	return error;
}

static void sink_fill_up(int error)
{
	if (__atomic_exchange_n(&sink.is_full, 1, __ATOMIC_RELAXED))
		return;
	sink_lost(TRACE_LOST_FILE_FULL, error);
	diag_line(sink_file.path, "recording stops, the program goes on", error);
}

bool sink_try_taking(void)
{
	uint32_t idle = 0;

	return __atomic_compare_exchange_n(&sink.is_growing, &idle, 1, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

void sink_give_back(void)
{
	__atomic_store_n(&sink.is_growing, 0, __ATOMIC_RELEASE);
	kernel_call3(SYS_futex, &sink.is_growing, FUTEX_WAKE_PRIVATE, INT32_MAX);
}

/* Asleep: many threads that looked again and again would keep the one that grows from running. */
void sink_wait(void)
{
	const struct timespec most = {.tv_nsec = SINK_GROW_WAIT_NS};

	kernel_call4(SYS_futex, &sink.is_growing, FUTEX_WAIT_PRIVATE, 1, &most);
}

uint64_t sink_room(void)
{
	uint64_t limit = __atomic_load_n(&sink.limit_bytes, __ATOMIC_ACQUIRE);

	return limit - __atomic_load_n(&sink_header()->tail_bytes, __ATOMIC_ACQUIRE);
}

void sink_make_room(uint64_t bytes)
{
	while (sink_room() < bytes && !__atomic_load_n(&sink.is_full, __ATOMIC_RELAXED) &&
	       sink_extend(__atomic_load_n(&sink.limit_bytes, __ATOMIC_ACQUIRE)) == 0)
		continue;
}

/* Without a descriptor to be had, the next one that wants room tries again. */
static int sink_extend_or_fill_up(uint64_t limit)
{
	int error = sink_reopen();

	if (error == EMFILE || error == ENFILE)
		return error;
	if (error == 0)
		error = sink_extend(limit);
	if (error != 0)
		sink_fill_up(error);
	return error;
}

/* False when another thread is at it. */
static bool sink_try_growing(uint64_t limit, int *error)
{
	struct signals_mask mask = signals_block();
	bool is_ours = sink_try_taking();

	if (is_ours) {
		if (limit == __atomic_load_n(&sink.limit_bytes, __ATOMIC_ACQUIRE))
			*error = sink_extend_or_fill_up(limit);
		sink_give_back();
	}
	signals_restore(mask);
	return is_ours;
}

/*
 * Makes room up to `needed`. One thread extends, the others give it a bounded time: a hook must
 * never wait for ever.
 */
static bool sink_grow(uint64_t needed)
{
	int error = 0;

	for (int turn = 0; turn < SINK_GROW_TURNS && error == 0; turn++) {
		uint64_t limit = __atomic_load_n(&sink.limit_bytes, __ATOMIC_ACQUIRE);

		if (needed <= limit)
			return true;
		if (__atomic_load_n(&sink.is_full, __ATOMIC_RELAXED))
			return false;
		if (!sink_try_growing(limit, &error))
			sink_wait();
	}
	return false;
}

/* The 8 bytes of a record that is reserved and not yet committed. */
static uint64_t sink_reserved_word(uint32_t size_bytes)
{
	struct trace_record record = {.size_bytes = size_bytes};
	uint64_t word;

	memcpy(&word, &record, sizeof(word));
	return word;
}

static uint32_t sink_word_size(uint64_t word)
{
	struct trace_record record;

	memcpy(&record, &word, sizeof(word));
	return record.size_bytes;
}

/*
 * The compare-and-swap of the record's own first word is what reserves it; moving the tail on is a
 * help that any thread may give. So every hole has a size, even if its writer dies right here.
 */
void *sink_reserve(size_t size_bytes)
{
	struct trace_file_header *header = sink_header();
	uint64_t size = (size_bytes + TRACE_ALIGNMENT - 1) & ~(uint64_t)(TRACE_ALIGNMENT - 1);

	if (header == NULL || size > UINT32_MAX)
		return NULL;
	for (;;) {
		uint64_t tail = __atomic_load_n(&header->tail_bytes, __ATOMIC_ACQUIRE);
		uint64_t found = 0;
		uint64_t *word = (uint64_t *)(void *)(sink_window.base + tail);
		uint64_t taken;
		bool is_ours;

		if (tail + size > __atomic_load_n(&sink.limit_bytes, __ATOMIC_ACQUIRE) &&
		    !sink_grow(tail + size)) {
			__atomic_fetch_add(&header->lost[TRACE_LOST_FILE_FULL], 1,
					   __ATOMIC_RELAXED);
			return NULL;
		}
		is_ours = __atomic_compare_exchange_n(word, &found,
						      sink_reserved_word((uint32_t)size), false,
						      __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
		taken = is_ours ? size : sink_word_size(found);
		__atomic_compare_exchange_n(&header->tail_bytes, &tail, tail + taken, false,
					    __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
		if (is_ours)
			return word;
		/* A stray write of the program's into the mapping: this would go on for ever. */
		if (taken == 0) {
			sink_fill_up(EIO);
			return NULL;
		}
	}
}

void sink_commit(struct trace_record *record, enum trace_record_kind kind)
{
	__atomic_store_n(&record->kind, (uint16_t)kind, __ATOMIC_RELEASE);
}

void sink_lost(enum trace_lost_reason reason, int error)
{
	struct trace_file_header *header = sink_header();
	struct trace_lost *lost;

	if (header == NULL || __atomic_fetch_add(&header->lost[reason], 1, __ATOMIC_RELAXED) != 0 ||
	    reason == TRACE_LOST_FILE_FULL)
		return;
	lost = sink_reserve(sizeof(*lost));
	if (lost == NULL)
		return;
	lost->time_ns = clock_now_ns();
	lost->reason = reason;
	lost->error = error;
	sink_commit(&lost->record, TRACE_LOST);
}

struct trace_file_header *sink_header(void)
{
	return (struct trace_file_header *)sink_window.base;
}

uint32_t sink_offset(const void *record)
{
	if (!sink_holds(record))
		return 0;
	return (uint32_t)(((const uint8_t *)record - sink_window.base) / TRACE_ALIGNMENT);
}

/* The parent goes on, and what it writes into pieces that are younger than the fork is not here. */
const void *sink_parent_at(uint32_t offset)
{
	uint64_t at = (uint64_t)offset * TRACE_ALIGNMENT;
	const struct trace_record *record = (const void *)(sink_parent_base + at);

	if (offset == 0 || sink_parent_base == NULL || at >= sink_parent_limit_bytes ||
	    record->size_bytes > sink_parent_limit_bytes - at)
		return NULL;
	return record;
}

void sink_forget_parent(void)
{
	if (sink_parent_base != NULL)
		kernel_call2(SYS_munmap, sink_parent_base, sink_parent_bytes);
	sink_parent_base = NULL;
}

bool sink_keep_private(void)
{
	long address;

	if (sink_window.base == NULL || sink.is_private)
		return true;
	address = kernel_call6(SYS_mmap, (long)sink_window.base, (long)sink.limit_bytes,
			       PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE | MAP_FIXED,
			       sink_file.fd, 0);
	sink.is_private = address == (long)sink_window.base;
	/* The parent cuts its file at its end, and what lay behind goes here too (mmap(2), SIGBUS).
	 */
	sink.limit_bytes = sink_header()->tail_bytes;
	sink.is_full = 1;
	return sink.is_private;
}

void sink_trim(void)
{
	uint64_t page = (uint64_t)getpagesize(), limit;
	struct signals_mask mask;

	if (sink_window.base == NULL || sink_file.fd < 0)
		return;
	mask = signals_block();
	limit = (sink_header()->tail_bytes + page - 1) & ~(page - 1);
	if (limit < sink.limit_bytes) {
		__atomic_store_n(&sink.limit_bytes, limit, __ATOMIC_RELEASE);
		kernel_call2(SYS_ftruncate, sink_file.fd, limit);
	}
	signals_restore(mask);
}
