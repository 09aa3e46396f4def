/*
 * The look at the ledger (sockets.h) that every hook begins with. Inline and apart, so that what is
 * no socket costs a hook two loads and no call. Any thread, any signal handler.
 */
#ifndef SOCKLIFE_LEDGER_H
#define SOCKLIFE_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#define LEDGER_SLOTS (UINT32_C(1) << 20) /* fs.nr_open's default (proc(5)) */

/*
 * Owned by sockets.c. One slot a descriptor; 0 is no recorded socket. An array of its own, since a
 * pointer to it would be one load more on the way to each slot, and that is what a write() to a
 * file waits for. Its pages come as they are touched.
 */
extern uint64_t ledger_slots[LEDGER_SLOTS];
extern uint32_t ledger_size; /* atomic: LEDGER_SLOTS, or 0 when nothing is known */

static inline uint64_t ledger_slot(int fd)
{
	if ((uint32_t)fd >= __atomic_load_n(&ledger_size, __ATOMIC_RELAXED))
		return 0;
	return __atomic_load_n(&ledger_slots[fd], __ATOMIC_ACQUIRE);
}

/*
 * The same for the hot path: the slot in *slot, and true when it is surely empty; false as well for
 * a number that the table has no room for, and before the table is there: that comes after
 * real_resolve(), so REAL() need not be asked where this is true.
 */
static inline bool ledger_is_empty(int fd, uint64_t *slot)
{
	*slot = 0;
	if ((uint32_t)fd >= __atomic_load_n(&ledger_size, __ATOMIC_RELAXED))
		return false;
	*slot = __atomic_load_n(&ledger_slots[fd], __ATOMIC_ACQUIRE);
	return *slot == 0;
}

#endif
