/*
 * How everything below the cmd_ files reports failure: a status, and a filled error with the file
 * and the reason. Only cmd_ files print it.
 */
#ifndef SOCKLIFE_ERROR_H
#define SOCKLIFE_ERROR_H

#include <stdint.h>

enum status {
	STATUS_OK = 0,
	STATUS_END,        /* an iterator has no more; not an error */
	STATUS_UNREADABLE, /* a file cannot be opened or read */
	STATUS_CORRUPT,    /* its contents are not what the format says */
	STATUS_NEWER,      /* written by a newer format */
	STATUS_NO_MEMORY,
	STATUS_WRITE, /* output cannot be written */
	STATUS_USAGE,
	STATUS_NOT_FOUND
};

struct error {
	char path[512];   /* the file concerned, "" when none */
	uint64_t offset;  /* in that file, when it matters; else 0 */
	char reason[256]; /* one line, no newline, no control characters */
};

/* Fills *error (which may be NULL) and returns status, so that a caller can `return error_set(…)`.
 */
enum status error_set(struct error *error, enum status status, const char *path, uint64_t offset,
		      const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
