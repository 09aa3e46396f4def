#include "shape.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "scratch.h"

static const char *const units[] = {"ns", "µs", "ms", "s", "min", "h", "B", "kB", "MB", NULL};

/* The size of a unit that follows a number, with the space between; 0: none follows. */
static size_t unit_size(const char *text)
{
	size_t space = *text == ' ' ? 1 : 0;

	for (size_t i = 0; units[i] != NULL; i++) {
		size_t size = strlen(units[i]);

		if (strncmp(text + space, units[i], size) == 0 &&
		    !isalnum((unsigned char)text[space + size]))
			return space + size;
	}
	return 0;
}

/* Words that stand in columns which are cut when the numbers beside them need the room. */
static const char *const cuttable[] = {"unconnected", "<module>", "HTTPConnection",
				       "HTTPConnectionPool", NULL};

static bool word_may_be_cut(const char *text)
{
	size_t size = strcspn(text, " \n");

	for (size_t i = 0; cuttable[i] != NULL; i++)
		if (size == strlen(cuttable[i]) && strncmp(text, cuttable[i], size) == 0)
			return true;
	return memmem(text, size, "…", strlen("…")) != NULL;
}

char *shape_of(const char *text)
{
	char *shaped = scratch_format("%s", text), *to = shaped;

	while (*text != '\0') {
		bool starts_word = to == shaped || to[-1] == ' ';

		if (isspace((unsigned char)*text)) {
			text += strspn(text, " \n");
			if (!starts_word)
				*to++ = ' ';
		} else if (starts_word && word_may_be_cut(text)) {
			text += strcspn(text, " \n");
		} else if (isdigit((unsigned char)*text)) {
			text += strspn(text, "0123456789.");
			text += unit_size(text);
			*to++ = 'N';
		} else if (*text == '|' && strchr(text + 1, '|') != NULL) {
			text = strchr(text + 1, '|') + 1;
			*to++ = '|';
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
	return shaped;
}
