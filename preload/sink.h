/*
 * The sink owns the trace file: a window of addresses, reserved once, under which the file grows.
 * Records are reserved lock-free and never move; nothing is ever freed. Safe from any thread and
 * any signal handler; no call here touches errno.
 *
 * A full disk cannot become a SIGBUS, because a record is handed out only below the part of the
 * file that fallocate(2) has given blocks to.
 */
#ifndef SOCKLIFE_SINK_H
#define SOCKLIFE_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <socklife/trace_format.h>

#include "sink_window.h"

/* Where the file is mapped; the base is NULL without one. For the inline functions below. */
extern struct sink_window sink_window;

/*
 * Creates DIRECTORY/PID.N.trace and writes its header (magic last, so a file without it is not a
 * trace). header gives started_ns, started_realtime_ns, pid, parent_pid and forked_from. Returns 0
 * or an errno value; then there is no sink.
 */
int sink_open(const char *directory, uint64_t max_bytes, const struct trace_file_header *header);

/*
 * In a forked child: lets go of the parent's file, which stays readable by sink_parent_at() until
 * sink_forget_parent(). There is no sink until sink_open().
 */
void sink_forked(void);

/*
 * In a child that a signal handler has forked in the middle of a hook: the hook goes on in the
 * child with what it had reserved, so the window becomes a private copy, of no consequence to the
 * parent's file, until sink_forked(); nothing more can be reserved in it. False when there was no
 * memory for that.
 */
bool sink_keep_private(void);

/* A reserved record of size_bytes (rounded up to 8), all zero but its size; NULL when there is no
 * room. */
void *sink_reserve(size_t size_bytes);
void sink_commit(struct trace_record *record, enum trace_record_kind kind);

/* Counts something lost; the first of each reason gets a LOST record and, for a full file, a line.
 */
void sink_lost(enum trace_lost_reason reason, int error);

/*
 * The process is about to end and has no other thread: gives back the pages that were not needed.
 * Whoever still has something to tell (a signal handler, what at_quick_exit() holds) gets new ones.
 */
void sink_trim(void);

/* NULL when there is no file. */
struct trace_file_header *sink_header(void);

/* Records as offsets / 8 in the file, and back; sink_at(0) is NULL. */
uint32_t sink_offset(const void *record);

static inline void *sink_at(uint32_t offset)
{
	return offset == 0 ? NULL : sink_window.base + (uint64_t)offset * TRACE_ALIGNMENT;
}

/* Lies in the present window; without a file that has no bytes. */
static inline bool sink_holds(const void *record)
{
	return (uintptr_t)record - (uintptr_t)sink_window.base < sink_window.bytes;
}

/*
 * In a forked child, between sink_open() and sink_forget_parent(): a record of the parent's file,
 * NULL for one that is younger than the fork.
 */
const void *sink_parent_at(uint32_t offset);
void sink_forget_parent(void);

/* The descriptor kept for growing, -1 none. High, close-on-exec, the program never sees it. */
int sink_fd(void);
/* The program is about to use that very number: move out of its way. False: no other number was
 * free. */
bool sink_yield_fd(void);
/*
 * The program has no number left: gives ours away, and has it again when the file must grow. False
 * when there is none that the program could have.
 */
bool sink_give_up_fd(void);
/* The program has just closed a number: room for more, when the file's own was given away. */
void sink_refill(void);
/* The program has got this number: when it comes near to ours, move out of its way. */
void sink_make_way(int fd);

#endif
