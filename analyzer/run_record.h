/*
 * DIR/run.trace: what `socklife run` knows as the parent that waits. It is there even when the
 * program opens no socket and so writes no trace of its own, or cannot be recorded at all.
 * The file is mapped shared and filled in place, as every trace: what is written survives a
 * SIGKILL of socklife itself. One thread.
 */
#ifndef SOCKLIFE_RUN_RECORD_H
#define SOCKLIFE_RUN_RECORD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "error.h"

struct trace_file_header;
struct trace_run;

struct run_record {
	struct trace_file_header *header; /* the mapped file */
	struct trace_run *run;            /* in it, not committed before run_record_started() */
	size_t size_bytes;
};

/* exe may be ""; note says why nothing can be recorded, NULL when it can. STATUS_WRITE or
 * STATUS_NO_MEMORY with *error filled. */
enum status run_record_init(struct run_record *record, const char *directory, const char *exe,
			    char *const *arguments, const char *note, struct error *error);
void run_record_started(struct run_record *record, pid_t child);
/* wait_status as waitpid(2) gave it. */
void run_record_ended(struct run_record *record, int wait_status);
/* So many of the programs could not open a trace file. */
void run_record_unrecorded(struct run_record *record, uint64_t count);
void run_record_release(struct run_record *record);

#endif
