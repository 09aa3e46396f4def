#include "intern.h"

#include <stddef.h>
#include <sys/mman.h>

#include "kernel.h"
#include "sink.h"

#define INTERN_PROBES 64 /* beyond this the table is as good as full */

int intern_reset(struct intern *intern)
{
	uint64_t bytes = intern->slot_count * sizeof(*intern->slots);
	long address;

	if (intern->slots != NULL) {
		/* madvise(2): private anonymous pages read as zero afterwards. */
		kernel_call3(SYS_madvise, intern->slots, bytes, MADV_DONTNEED);
		return 0;
	}
	address = kernel_call6(SYS_mmap, 0, (long)bytes, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (address < 0 && address > -4096)
		return (int)-address;
	intern->slots = (uint64_t *)address;
	return 0;
}

/* A slot holds the hash's upper half above the record's sink offset; 0 is empty. */
const void *intern_get(const struct intern *intern, const struct intern_kind *kind, uint64_t hash,
		       const void *wanted)
{
	const uint64_t tag = hash & ~(uint64_t)UINT32_MAX;
	const void *made = NULL;

	if (intern->slots == NULL)
		return NULL;
	for (uint32_t probe = 0; probe < INTERN_PROBES; probe++) {
		uint64_t *at = &intern->slots[(hash + probe) & (intern->slot_count - 1)];
		uint64_t slot = __atomic_load_n(at, __ATOMIC_ACQUIRE);

		if (slot == 0) {
			/* When another thread is faster, its record may be the one we want. */
			made = made != NULL ? made : kind->make(wanted);
			if (made == NULL ||
			    __atomic_compare_exchange_n(at, &slot, tag | sink_offset(made), false,
							__ATOMIC_RELEASE, __ATOMIC_ACQUIRE))
				return made;
		}
		if ((slot & ~(uint64_t)UINT32_MAX) == tag &&
		    kind->equals(sink_at((uint32_t)slot), wanted))
			return sink_at((uint32_t)slot);
	}
	return NULL;
}
