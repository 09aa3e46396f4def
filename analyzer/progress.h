/*
 * How far a long piece of work is: those who work tell, whoever wants to know asks, from another
 * thread if need be. Work is a few phases one after another. Nothing here prints.
 */
#ifndef SOCKLIFE_PROGRESS_H
#define SOCKLIFE_PROGRESS_H

#include <stdint.h>

enum progress_phase { PROGRESS_SCAN, PROGRESS_FILL, PROGRESS_MATCH, PROGRESS_RENDER };

struct progress {
	uint32_t per_mille; /* of all phases together; only ever grows */
};

#define PROGRESS_STRIDE 4096u /* rows or records between two calls of progress_tell() */

/* `progress` NULL: nobody wants to know. */
void progress_tell(struct progress *progress, enum progress_phase phase, uint64_t done,
		   uint64_t total);
uint32_t progress_per_mille(const struct progress *progress);

#endif
