/*
 * What a report says about the run as a whole: totals and coverage. A socket shared by processes
 * (or received back) is one kernel socket: it is counted once, by its cookie.
 */
#ifndef SOCKLIFE_SUMMARY_H
#define SOCKLIFE_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

struct model;

struct summary {
	uint64_t sockets, connections, open_at_end;
	uint64_t peak_open; /* most sockets open at the same time */
	uint64_t bytes_sent, bytes_received;
	uint64_t lost_records, unseen_sockets;
	bool is_complete; /* nothing lost, no gap noted, no socket unseen, so far */
	bool is_finished; /* and nothing more can come */
};

/* Needs a model that the matcher has completed. Fails only with STATUS_NO_MEMORY. */
enum status summary_fill(struct summary *summary, const struct model *model, struct error *error);

/*
 * Walks what the coverage has to say, in words for people: the notes of the trace, then what was
 * lost. `index` counts from 0; false when there are no more. The text holds raw bytes.
 */
struct coverage_note {
	uint32_t process;
	bool is_gap;
	bool is_incomplete; /* a gap, or something that is not over: a check does not pass on it */
	char text[512];
};
bool summary_note(const struct model *model, uint32_t index, struct coverage_note *note);

#endif
