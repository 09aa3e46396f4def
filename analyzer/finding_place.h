/*
 * Where a finding is, in words: as services know files, and without what changes from run to run.
 * Thread-safe.
 */
#ifndef SOCKLIFE_FINDING_PLACE_H
#define SOCKLIFE_FINDING_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct finding;
struct frame;
struct model;

struct finding_place {
	char path[PATH_MAX]; /* without . and .., any bytes; relative to the base when below it */
	bool is_relative;
	uint32_t line; /* 0 unknown */
};

/* `base`: a folder's absolute path. False when the frame (which may be NULL) has no file. */
bool finding_place_fill(struct finding_place *place, const struct model *model, uint32_t process,
			const struct frame *frame, const char *base);

/* "psycopg2.connection in count, leak.py": stays the same when lines move. Escaped, in UTF-8. */
void finding_name_fill(const struct finding *finding, char *text, size_t size);

#endif
