#include "progress.h"

#include <stddef.h>

/* In thousandths, about what each takes of a report on millions of sockets. */
static const uint32_t phase_starts[] = {[PROGRESS_SCAN] = 0,
					[PROGRESS_FILL] = 150,
					[PROGRESS_MATCH] = 400,
					[PROGRESS_RENDER] = 500,
					[PROGRESS_RENDER + 1] = 1000};

void progress_tell(struct progress *progress, enum progress_phase phase, uint64_t done,
		   uint64_t total)
{
	uint32_t start = phase_starts[phase], span = phase_starts[phase + 1] - start;
	uint32_t reached;

	if (progress == NULL || total == 0)
		return;
	reached = start +
		  (uint32_t)((double)span * (done < total ? (double)done / (double)total : 1));
	if (reached > progress_per_mille(progress))
		__atomic_store_n(&progress->per_mille, reached, __ATOMIC_RELAXED);
}

uint32_t progress_per_mille(const struct progress *progress)
{
	return __atomic_load_n(&progress->per_mille, __ATOMIC_RELAXED);
}
