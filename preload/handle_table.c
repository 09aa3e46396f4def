#include "handle_table.h"

#include <sys/mman.h>

#include "kernel.h"

#define PLACES      262144 /* a power of two */
#define PLACE_SHIFT 46     /* 64 less the bits of a place's number */
#define PROBES      32
#define TOMB        UINT64_C(1) /* no handle's address: what came behind may lie further on */
#define BUSY        UINT64_C(2)

const char handle_table_full[] = "too many handles of C libraries: some are not tracked";

struct place {
	uint64_t address; /* atomic; 0 has never been used */
	struct handle_ref ref;
};

struct handle_entry *handle_entries;
static struct place *places;
static uint32_t entry_count;
static uint64_t free_list; /* atomic: the first free number, and above it how often it changed */

/* Another thread may be faster; then it is its pages that are used. */
static bool pages_take(void *at, size_t size_bytes)
{
	void **pages = at, *none = NULL;
	long address;

	if (__atomic_load_n(pages, __ATOMIC_ACQUIRE) != NULL)
		return true;
	address = kernel_call6(SYS_mmap, 0, (long)size_bytes, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (address < 0 && address > -4096)
		return false;
	if (!__atomic_compare_exchange_n(pages, &none, (void *)address, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED))
		kernel_call2(SYS_munmap, address, size_bytes);
	return true;
}

bool handle_table_start(void)
{
	return pages_take(&handle_entries, (HANDLE_ENTRIES_MAX + 1) * sizeof(*handle_entries)) &&
	       pages_take(&places, PLACES * sizeof(*places));
}

static uint32_t number_freed(void)
{
	uint64_t list = __atomic_load_n(&free_list, __ATOMIC_ACQUIRE);

	while ((uint32_t)list != 0) {
		uint32_t next = __atomic_load_n(&handle_entries[(uint32_t)list].next_free,
						__ATOMIC_RELAXED);
		uint64_t wanted = ((list >> 32) + 1) << 32 | next;

		if (__atomic_compare_exchange_n(&free_list, &list, wanted, false, __ATOMIC_ACQ_REL,
						__ATOMIC_ACQUIRE))
			return (uint32_t)list;
	}
	return 0;
}

static uint32_t number_new(void)
{
	uint32_t count = __atomic_load_n(&entry_count, __ATOMIC_RELAXED);

	while (count < HANDLE_ENTRIES_MAX) {
		if (__atomic_compare_exchange_n(&entry_count, &count, count + 1, false,
						__ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return count + 1;
	}
	return 0;
}

struct handle_ref handle_table_take(uint16_t type)
{
	uint32_t number = number_freed();
	struct handle_entry *entry;

	if (number == 0)
		number = number_new();
	if (number == 0)
		return (struct handle_ref){0, 0};
	entry = &handle_entries[number];
	*entry = (struct handle_entry){.type = type, .serial = entry->serial};
	return (struct handle_ref){number, entry->serial};
}

void handle_table_give_back(struct handle_ref ref)
{
	uint64_t list = __atomic_load_n(&free_list, __ATOMIC_RELAXED), wanted;
	struct handle_entry *entry = handle_table_entry(ref);

	if (entry == NULL)
		return;
	__atomic_add_fetch(&entry->serial, 1, __ATOMIC_RELEASE);
	do {
		__atomic_store_n(&entry->next_free, (uint32_t)list, __ATOMIC_RELAXED);
		wanted = ((list >> 32) + 1) << 32 | ref.number;
	} while (!__atomic_compare_exchange_n(&free_list, &list, wanted, false, __ATOMIC_ACQ_REL,
					      __ATOMIC_RELAXED));
}

struct handle_ref handle_table_numbered(uint32_t number)
{
	if (number > __atomic_load_n(&entry_count, __ATOMIC_RELAXED))
		return (struct handle_ref){0, 0};
	return (struct handle_ref){
		number, __atomic_load_n(&handle_entries[number].serial, __ATOMIC_ACQUIRE)};
}

/* ---- by address ---- */

static struct place *place_at(uint64_t address, uint32_t probe)
{
	uint64_t first = address * UINT64_C(0x9e3779b97f4a7c15) >> PLACE_SHIFT;

	return &places[(first + probe) & (PLACES - 1)];
}

static struct place *place_find(uint64_t address)
{
	if (address <= BUSY || places == NULL)
		return NULL;
	for (uint32_t probe = 0; probe < PROBES; probe++) {
		struct place *place = place_at(address, probe);
		uint64_t found = __atomic_load_n(&place->address, __ATOMIC_ACQUIRE);

		if (found == address)
			return place;
		if (found == 0)
			return NULL;
	}
	return NULL;
}

struct handle_ref handle_table_find(uint64_t address)
{
	const struct place *place = place_find(address);

	return place != NULL ? place->ref : (struct handle_ref){0, 0};
}

/* Tombs are never cleared, only used again: another thread may be on its way past them. */
bool handle_table_publish(struct handle_ref ref, uint64_t address)
{
	for (uint32_t probe = 0; probe < PROBES && address > BUSY; probe++) {
		struct place *place = place_at(address, probe);
		uint64_t found = __atomic_load_n(&place->address, __ATOMIC_RELAXED);

		if ((found != 0 && found != TOMB) ||
		    !__atomic_compare_exchange_n(&place->address, &found, BUSY, false,
						 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			continue;
		place->ref = ref;
		__atomic_store_n(&place->address, address, __ATOMIC_RELEASE);
		return true;
	}
	return false;
}

struct handle_ref handle_table_claim(uint64_t address)
{
	struct place *place = place_find(address);
	struct handle_ref ref = {0, 0};
	uint64_t expected = address;

	if (place == NULL)
		return ref;
	ref = place->ref;
	return __atomic_compare_exchange_n(&place->address, &expected, TOMB, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)
		       ? ref
		       : (struct handle_ref){0, 0};
}
