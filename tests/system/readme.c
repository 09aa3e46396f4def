/*
 * What README.md shows is what a run prints. Two runs differ in pids, ports, times and widths only:
 * both texts are brought to a shape without these and compared.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "fixture.h"
#include "scratch.h"

FIXTURE_SUITE(readme);

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

/*
 * Numbers become N with their units, blanks and line ends one blank, a timeline's bar |, and words
 * that may be cut are left out.
 */
static char *shape(const char *text)
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

/* The README's fenced block that begins with `start`. */
static char *block_find(const char *start)
{
	const char *readme = scratch_read(scratch_source("README.md"), NULL);
	const char *block = strstr(readme, start), *end;

	cr_assert_not_null(block, "README.md has no block that starts with '%s'", start);
	end = strstr(block, "\n```");
	cr_assert_not_null(end);
	return scratch_format("%.*s\n", (int)(end - block), block);
}

Test(readme, shows_the_demos_program)
{
	const char *program = scratch_read(scratch_source("examples/demo/demo.py"), NULL);

	cr_assert_not_null(program);
	cr_expect_str_eq(block_find("\"\"\"What is a requests.Session?"), program);
}

Test(readme, shows_what_the_demo_prints)
{
	const char *trace = scratch_format("%s/demo.out", scratch_new());
	/* The README's characters; elsewhere the report keeps to the locale's. */
	struct command_options options = {.environment = COMMAND_LIST("LC_ALL=C.UTF-8")};
	struct command command;

	command_run(&command,
		    COMMAND_LIST(scratch_source("examples/demo/demo.sh"), scratch_built("socklife"),
				 trace),
		    &options);
	cr_assert_eq(command.status, 0, "%s", command.err);
	cr_expect_str_eq(shape(command.err), shape(block_find("socklife  python3 ")));
	command_release(&command);
}
