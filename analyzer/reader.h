/*
 * trace file -> records. The reader checks everything that can be checked without knowing other
 * records: header, sizes, counts, kinds, text inside its record. What it hands out is safe to use.
 * Records of unknown kind are skipped by their size, uncommitted ones are counted.
 */
#ifndef SOCKLIFE_READER_H
#define SOCKLIFE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <socklife/trace_format.h>

#include "error.h"
#include "reader_writer.h"

struct reader {
	const char *path;
	const uint8_t *bytes; /* the mapped file */
	uint64_t size_bytes;
	uint64_t tail_bytes; /* of the header, read once: what is reserved later is not looked at */
	uint64_t offset;     /* of the next record */
	bool is_mapped;
	bool is_truncated; /* the file ends inside a record */
	bool is_corrupt;   /* a record that cannot be: reading stopped there */
	bool is_unborn;    /* its writer ended before the header: empty, or no magic yet */
	uint64_t corrupt_offset;
	enum reader_writer writer; /* asked for when the header says no end */
	uint64_t uncommitted_records;
	uint64_t unknown_records;
	const struct trace_file_header *header;
};

/* Maps the file and checks its header. STATUS_UNREADABLE, STATUS_CORRUPT or STATUS_NEWER with
 * *error filled. */
enum status reader_open(struct reader *reader, const char *path, struct error *error);
/* The same for bytes in memory on a multiple of 8, which must outlive the reader. path is only
 * named in errors. */
enum status reader_open_bytes(struct reader *reader, const char *path, const void *bytes,
			      size_t size_bytes, struct error *error);
void reader_close(struct reader *reader);
/* Back to the first record, and the counts to 0. */
void reader_rewind(struct reader *reader);

/* The next committed record of a known kind: STATUS_OK, or STATUS_END (then see is_truncated,
 * is_corrupt). */
enum status reader_next(struct reader *reader, const struct trace_record **record);

/* The variable part of a record that reader_next() gave: where it starts and its size. It lies
 * inside the record even if its size has been changed since. */
const char *reader_text(const struct trace_record *record, size_t *size_bytes);

#endif
