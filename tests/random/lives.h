/*
 * The log that the random program keeps of itself, in a file that all its processes map. What is
 * about to be done is noted before, what is done after; so whatever moment it is killed at, the log
 * brackets the truth from both sides.
 */
#ifndef SOCKLIFE_TESTS_LIVES_H
#define SOCKLIFE_TESTS_LIVES_H

#include <stdint.h>

#define LIVES_MAX     8192
#define PROCESSES_MAX 64

enum life_state { LIFE_NONE, LIFE_OPENING, LIFE_OPEN, LIFE_CLOSING, LIFE_CLOSED };

/* One socket in one process. */
struct life {
	uint64_t cookie;
	uint32_t pid;
	uint32_t state;       /* enum life_state, stored last */
	uint32_t origin;      /* enum trace_origin */
	uint32_t is_replaced; /* CLOSING or CLOSED by dup2() */
	uint64_t sent_least, sent_most;
	uint64_t received_least, received_most;
	uint64_t sends_least, sends_most;
};

struct lives {
	uint32_t count;         /* of lives; may run past LIVES_MAX, when the log is no good */
	uint32_t process_count; /* forks included */
	uint32_t exits_in_run;  /* a process exited while its threads went on */
	uint32_t reserved;
	uint32_t pids[PROCESSES_MAX];
	struct life lives[LIVES_MAX];
};

#endif
