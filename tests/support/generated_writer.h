/*
 * What the two halves of the generated trace share: the writer of one file. Private to
 * generated_*.c.
 */
#ifndef SOCKLIFE_TESTS_GENERATED_WRITER_H
#define SOCKLIFE_TESTS_GENERATED_WRITER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <socklife/trace_format.h>

#include "generated_trace.h"

#define GENERATED_FIRST_PID 1000u
#define GENERATED_US        UINT64_C(1000)
#define GENERATED_MS        UINT64_C(1000000)
#define GENERATED_STACKS    64u
#define GENERATED_PEERS     16u
#define GENERATED_CLASSES   4u

struct generated_writer {
	const struct generated_trace *trace;
	struct generated_totals *totals;
	FILE *file;
	uint64_t offset;
	uint32_t process, strings;
	uint32_t sockets, objects; /* of this process */
	uint64_t started_ns;
};

/* Fills the record's head in. */
void generated_record(struct generated_writer *writer, unsigned int kind, void *record,
		      size_t fixed_bytes, const void *text, size_t text_bytes);
struct trace_address generated_peer(uint64_t chance);

/* generated_lives.c: objects, sockets, connects and links */
void generated_lives(struct generated_writer *writer);
uint64_t generated_created_ns(const struct generated_writer *writer, uint32_t index);

#endif
