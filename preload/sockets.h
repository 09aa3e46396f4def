/*
 * The ledger: which descriptor of this process names which recorded socket. One slot of 8 bytes a
 * descriptor in a table that is mapped once and touched only where sockets are, so that asking
 * about any other descriptor is one load. Lock-free; any thread, any signal handler.
 */
#ifndef SOCKLIFE_SOCKETS_H
#define SOCKLIFE_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <socklife/trace_format.h>

#include "ledger.h"

#define SOCKETS_FD_MAX LEDGER_SLOTS

/* A slot: the SOCKET record's sink offset in the low half, flags above. 0: no recorded socket. */
#define SOCKETS_SLOT_CLOEXEC (UINT64_C(1) << 32)
/* Stands for a socket inherited as stdio before the trace is born; no offset is that small. */
#define SOCKETS_SLOT_UNBORN UINT64_C(1)

/* From now on descriptors are known; after real_resolve(). */
void sockets_start(void);

/* Makes every descriptor unknown for good: recording has stopped. */
void sockets_stop(void);

static inline uint64_t sockets_slot(int fd)
{
	return ledger_slot(fd);
}

void sockets_put(int fd, uint64_t slot);
uint64_t sockets_take(int fd);
/* Puts `slot` back unless another thread's socket has come there meanwhile. */
bool sockets_put_back(int fd, uint64_t slot);
void sockets_mark_cloexec(int fd, bool is_cloexec);

/*
 * What a descriptor named before it was closed, as a sink offset; 0 nothing, or not known. A forked
 * child has forgotten it all, since the offsets are the parent's.
 */
uint32_t sockets_former(int fd);
void sockets_former_put(int fd, uint32_t offset);

/* One past the highest descriptor that ever had a slot. */
uint32_t sockets_fd_end(void);

struct trace_socket *sockets_record(uint64_t slot); /* NULL for 0 and UNBORN */

#endif
