#include "sockets.h"

#include <sys/mman.h>

#include "hot.h"
#include "kernel.h"
#include "sink.h"

/* Of whole pages, for the advice below; where pages are larger the kernel refuses it. */
#define SOCKETS_PAGE_BYTES 4096

_Alignas(SOCKETS_PAGE_BYTES) uint64_t ledger_slots[LEDGER_SLOTS];
uint32_t ledger_size HOT_DATA;
static uint32_t *sockets_formers; /* NULL: nothing is remembered */
static uint32_t sockets_end;      /* atomic */

/* A huge page would give 2 MiB of memory to the first socket. */
static void sockets_refuse_huge_pages(const void *table, size_t size)
{
	kernel_call3(SYS_madvise, table, size, MADV_NOHUGEPAGE);
}

/* Nothing depends on it: without memory, or before Linux 4.14, nothing is remembered. */
static void sockets_start_formers(void)
{
	const size_t size = SOCKETS_FD_MAX * sizeof(*sockets_formers);
	long address = kernel_call6(SYS_mmap, 0, (long)size, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (address < 0 && address > -4096)
		return;
	sockets_refuse_huge_pages((const void *)address, size);
	if (kernel_call3(SYS_madvise, address, size, MADV_WIPEONFORK) == 0)
		sockets_formers = (uint32_t *)address;
	else
		kernel_call2(SYS_munmap, address, size);
}

void sockets_start(void)
{
	sockets_refuse_huge_pages(ledger_slots, sizeof(ledger_slots));
	sockets_start_formers();
	__atomic_store_n(&ledger_size, LEDGER_SLOTS, __ATOMIC_RELEASE);
}

void sockets_stop(void)
{
	__atomic_store_n(&ledger_size, 0, __ATOMIC_RELEASE);
}

/*
 * The end before the slot: a fork takes what was stored first, and a slot that it has beyond the
 * end would keep naming a place in the parent's file. False: there is no room for the number.
 */
static bool sockets_reach(int fd)
{
	uint32_t end = __atomic_load_n(&sockets_end, __ATOMIC_RELAXED);

	if ((uint32_t)fd >= __atomic_load_n(&ledger_size, __ATOMIC_RELAXED))
		return false;
	while (end <= (uint32_t)fd &&
	       !__atomic_compare_exchange_n(&sockets_end, &end, (uint32_t)fd + 1, false,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		continue;
	return true;
}

void sockets_put(int fd, uint64_t slot)
{
	if (!sockets_reach(fd)) {
		sink_lost(TRACE_LOST_FD_TOO_HIGH, 0);
		return;
	}
	__atomic_store_n(&ledger_slots[fd], slot, __ATOMIC_RELEASE);
	sink_make_way(fd);
}

uint64_t sockets_take(int fd)
{
	if (ledger_slot(fd) == 0)
		return 0;
	return __atomic_exchange_n(&ledger_slots[fd], 0, __ATOMIC_ACQ_REL);
}

bool sockets_put_back(int fd, uint64_t slot)
{
	uint64_t empty = 0;

	return sockets_reach(fd) &&
	       __atomic_compare_exchange_n(&ledger_slots[fd], &empty, slot, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_RELAXED);
}

/* By compare-and-swap: a bit set in a slot that has just been emptied would look like a socket. */
void sockets_mark_cloexec(int fd, bool is_cloexec)
{
	uint64_t slot = ledger_slot(fd);
	uint64_t wanted;

	do {
		wanted = is_cloexec ? slot | SOCKETS_SLOT_CLOEXEC : slot & ~SOCKETS_SLOT_CLOEXEC;
		if (slot == 0)
			return;
	} while (!__atomic_compare_exchange_n(&ledger_slots[fd], &slot, wanted, true,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
}

uint32_t sockets_former(int fd)
{
	if ((uint32_t)fd >= __atomic_load_n(&ledger_size, __ATOMIC_RELAXED) ||
	    sockets_formers == NULL)
		return 0;
	return __atomic_load_n(&sockets_formers[fd], __ATOMIC_RELAXED);
}

void sockets_former_put(int fd, uint32_t offset)
{
	if ((uint32_t)fd < __atomic_load_n(&ledger_size, __ATOMIC_RELAXED) &&
	    sockets_formers != NULL)
		__atomic_store_n(&sockets_formers[fd], offset, __ATOMIC_RELAXED);
}

uint32_t sockets_fd_end(void)
{
	return __atomic_load_n(&sockets_end, __ATOMIC_RELAXED);
}

struct trace_socket *sockets_record(uint64_t slot)
{
	return slot <= SOCKETS_SLOT_UNBORN ? NULL : sink_at((uint32_t)slot);
}
