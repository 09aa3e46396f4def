#include "policy_ini.h"

#include <ctype.h>
#include <ini.h>
#include <stdbool.h>
#include <string.h>

#include "policy_file.h"

struct ini {
	const char *path;
	const char *bytes;
	size_t size_bytes, at;
	uint64_t line;    /* of the last one handed to inih */
	uint64_t section; /* that this line is in */
	policy_ini_take take;
	void *context;
	enum status status;
	struct error *error;
};

/* A byte order mark may stand before the first line: editors of Windows put it there. */
static size_t mark_length(const char *line, size_t length)
{
	return length >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static bool is_section_line(const char *line)
{
	return line[mark_length(line, strlen(line))] == '[';
}

/* What inih would read in another way than people do; NULL: nothing. */
static const char *line_obstacle(const char *start, size_t length, size_t size)
{
	size_t mark = mark_length(start, length), indent;

	start += mark;
	length -= mark;
	for (indent = 0; indent < length && isspace((unsigned char)start[indent]);)
		indent++;
	/* it would read on in the middle, as if another line began there */
	if (length + mark >= size)
		return "the line is too long";
	/* it would not see the rest of the line */
	if (memchr(start, '\0', length) != NULL)
		return "there is a NUL byte in the line";
	/* behind a value it would take this for the value's next line */
	if (indent != 0 && indent < length && start[indent] == '[')
		return "a [section] begins at the start of its line";
	/* it would go on, and what follows would be of no section */
	if (length != 0 && start[0] == '[' && memchr(start, ']', length) == NULL)
		return "the [section] has no end";
	return NULL;
}

static void value_tell(struct ini *ini, const char *section_name, const char *key,
		       const char *value)
{
	const struct policy_ini_value row = {
		.path = ini->path,
		.line = ini->line,
		.section = ini->section,
		.section_name = section_name,
		.key = key,
		.value = value,
	};

	if (ini->status == STATUS_OK)
		ini->status = ini->take(ini->context, &row, ini->error);
}

/* inih's fgets(3). */
static char *line_read(char *line, int size, void *stream)
{
	struct ini *ini = stream;
	const char *start = ini->bytes + ini->at, *newline, *obstacle;
	size_t rest = ini->size_bytes - ini->at, length;

	if (rest == 0 || ini->status != STATUS_OK)
		return NULL;
	ini->line++;
	newline = memchr(start, '\n', rest);
	length = newline != NULL ? (size_t)(newline - start) + 1 : rest;
	obstacle = line_obstacle(start, length, (size_t)size);
	if (obstacle != NULL) {
		ini->status = policy_file_error(ini->error, ini->path, ini->line, "%s", obstacle);
		return NULL;
	}
	memcpy(line, start, length);
	line[length] = '\0';
	ini->at += length;
	if (is_section_line(line)) {
		ini->section++;
		value_tell(ini, NULL, NULL, NULL);
	}
	return ini->status == STATUS_OK ? line : NULL;
}

/* inih's handler: 0 tells it that something is wrong. */
static int value_take(void *user, const char *section, const char *name, const char *value)
{
	struct ini *ini = user;

	value_tell(ini, section, name, value);
	return ini->status == STATUS_OK;
}

enum status policy_ini_parse(const char *path, const char *bytes, size_t size_bytes,
			     policy_ini_take take, void *context, struct error *error)
{
	struct ini ini = {.path = path,
			  .bytes = bytes,
			  .size_bytes = size_bytes,
			  .take = take,
			  .context = context,
			  .error = error};
	int line = ini_parse_stream(line_read, &ini, value_take, &ini);

	if (ini.status == STATUS_OK && line > 0)
		return policy_file_error(error, path, (uint64_t)line,
					 "is neither a [section] nor a key = value");
	if (ini.status == STATUS_OK && line < 0)
		return error_set(error, STATUS_NO_MEMORY, path, 0, "out of memory");
	return ini.status;
}
