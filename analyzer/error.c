#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Reasons quote file names and other people's text: nothing in them may move a cursor. */
static void control_characters_replace(char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
	}
}

enum status error_set(struct error *error, enum status status, const char *path, uint64_t offset,
		      const char *format, ...)
{
	va_list arguments;

	if (error == NULL)
		return status;
	snprintf(error->path, sizeof(error->path), "%s", path == NULL ? "" : path);
	error->offset = offset;
	va_start(arguments, format);
	vsnprintf(error->reason, sizeof(error->reason), format, arguments);
	va_end(arguments);
	control_characters_replace(error->reason);
	return status;
}
