/*
 * Traces as large as one likes, of processes that never ran: clients of a few servers, their
 * objects, stacks and links, in the proportions of a busy Python program. What is written depends
 * on the numbers below alone, so two runs write the same bytes. One thread.
 */
#ifndef SOCKLIFE_TESTS_GENERATED_TRACE_H
#define SOCKLIFE_TESTS_GENERATED_TRACE_H

#include <stdbool.h>
#include <stdint.h>

struct generated_trace {
	uint32_t sockets, objects, processes; /* of all processes together */
	/* records about one socket lie far apart and in no order, as with very many threads;
	 * else side by side */
	bool is_random;
};

/* What the sockets that were written come to; sums of all processes. */
struct generated_totals {
	uint64_t records, bytes; /* of the trace */
	uint64_t sockets, connections, open_at_end, links;
	uint64_t bytes_sent, bytes_received; /* by the sockets */
};

/* Writes PID.0.trace files into the directory. False with errno set when a file cannot be. */
bool generated_trace_write(const struct generated_trace *trace, const char *directory,
			   struct generated_totals *totals);

#endif
