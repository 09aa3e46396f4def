#include "policy_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than anybody writes by hand or reviews; a device that never ends is not read for ever. */
#define SIZE_MAX_BYTES ((size_t)16 << 20)

static enum status stream_read(FILE *in, const char *path, char **bytes, size_t *size_bytes,
			       struct error *error)
{
	size_t capacity = 4096, used = 0, taken;
	char *grown, *buffer = NULL;

	do {
		capacity *= 2;
		grown = realloc(buffer, capacity);
		if (grown == NULL) {
			free(buffer);
			return error_set(error, STATUS_NO_MEMORY, path, 0, "out of memory");
		}
		buffer = grown;
		taken = fread(buffer + used, 1, capacity - used - 1, in);
		used += taken;
	} while (used == capacity - 1 && capacity <= SIZE_MAX_BYTES);
	if (ferror(in) || used > SIZE_MAX_BYTES) {
		free(buffer);
		return error_set(error, STATUS_UNREADABLE, path, 0, "%s",
				 ferror(in) ? strerror(errno) : "is too large");
	}
	buffer[used] = '\0';
	*bytes = buffer;
	*size_bytes = used;
	return STATUS_OK;
}

enum status policy_file_read(const char *path, char **bytes, size_t *size_bytes,
			     struct error *error)
{
	FILE *in = fopen(path, "re");
	enum status status;

	if (in == NULL)
		return error_set(error, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_UNREADABLE,
				 path, 0, "%s", strerror(errno));
	status = stream_read(in, path, bytes, size_bytes, error);
	fclose(in);
	return status;
}

enum status policy_file_error(struct error *error, const char *path, uint64_t line,
			      const char *format, ...)
{
	char place[sizeof error->path];
	char reason[sizeof error->reason];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	snprintf(place, sizeof place, "%.400s:%" PRIu64, path, line);
	return error_set(error, STATUS_CORRUPT, place, 0, "%s", reason);
}
