/*
 * Numbers as people read them: "2.1 ms", "1.04 s", "+0.003", "34 kB". Each function writes to
 * `text` and returns it, so that it can stand in an argument list. Thread-safe.
 */
#ifndef SOCKLIFE_QUANTITY_H
#define SOCKLIFE_QUANTITY_H

#include <stdint.h>

struct terminal;

struct quantity {
	char text[48];
};

/* A duration; "-" for TIME_NONE. */
const char *quantity_duration(const struct terminal *terminal, int64_t duration_ns,
			      struct quantity *quantity);
/* A moment, in seconds after the start of the run; "-" for TIME_NONE. */
const char *quantity_moment(int64_t time_ns, struct quantity *quantity);
/* With unit, powers of 1000. */
const char *quantity_bytes(uint64_t bytes, struct quantity *quantity);
/* The same for a column whose title says bytes: "34k". */
const char *quantity_bytes_short(uint64_t bytes, struct quantity *quantity);

#endif
