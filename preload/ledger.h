/*
 * The look at the ledger (sockets.h) that every hook begins with. Inline and apart, so that what is
 * no socket costs a hook three loads and no call. Any thread, any signal handler.
 */
#ifndef SOCKLIFE_LEDGER_H
#define SOCKLIFE_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

/* Owned by sockets.c. One slot a descriptor; 0 is no recorded socket. */
struct ledger {
	uint64_t *slots;
	uint32_t size; /* atomic; 0: nothing is known */
};

extern struct ledger ledger;

static inline uint64_t ledger_slot(int fd)
{
	if ((uint32_t)fd >= __atomic_load_n(&ledger.size, __ATOMIC_RELAXED))
		return 0;
	return __atomic_load_n(&ledger.slots[fd], __ATOMIC_ACQUIRE);
}

/* Surely no recorded socket; false as well for a number that the table has no room for. */
static inline bool ledger_is_empty(int fd)
{
	return (uint32_t)fd < __atomic_load_n(&ledger.size, __ATOMIC_RELAXED) &&
	       __atomic_load_n(&ledger.slots[fd], __ATOMIC_RELAXED) == 0;
}

#endif
