/*
 * Files that people write for a check: read whole, with errors that name file and line.
 * Thread-safe.
 */
#ifndef SOCKLIFE_POLICY_FILE_H
#define SOCKLIFE_POLICY_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* A NUL stands behind the bytes, which the caller frees. */
enum status policy_file_read(const char *path, char **bytes, size_t *size_bytes,
			     struct error *error);

/* STATUS_CORRUPT, and an error that people read as PATH:LINE: REASON. */
enum status policy_file_error(struct error *error, const char *path, uint64_t line,
			      const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
