/* `socklife explain` and the manual page tell the same stories. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "fixture.h"
#include "scratch.h"

FIXTURE_SUITE(explain);

static void explain(struct command *command, const char *rule)
{
	command_run(command, COMMAND_LIST(scratch_built("socklife"), "explain", rule), NULL);
}

/* One space between words, and no roff. */
static char *words_of(const char *text)
{
	char *words = scratch_allocate(strlen(text) + 2), *end = words;

	for (; *text != '\0'; text++) {
		if (*text == '\\' && text[1] == '-')
			continue;
		if (*text == '\n' || *text == ' ') {
			if (end != words && end[-1] != ' ')
				*end++ = ' ';
		} else {
			*end++ = *text;
		}
	}
	return words;
}

static void paragraph_expect(const char *page, const char *text, size_t size)
{
	char *words = words_of(scratch_format("%.*s", (int)size, text));

	if (strlen(words) > 0 && words[strlen(words) - 1] == ' ')
		words[strlen(words) - 1] = '\0';
	cr_expect_not_null(strstr(page, words), "not in the manual page: %s", words);
}

/* The heading, three paragraphs under headings of one line, then the advice. */
static void story_compare(const char *page, const char *story)
{
	const char *at = strstr(story, "\n\n");
	size_t compared = 0;

	for (; at != NULL && compared < 3; compared++) {
		const char *begin = at + 2, *end = strstr(begin, "\n\n");

		cr_assert_not_null(end, "%s", story);
		if (compared != 0)
			begin = strchr(begin, '\n') + 1;
		paragraph_expect(page, begin, (size_t)(end - begin));
		at = end;
	}
	cr_expect_eq(compared, 3, "%s", story);
}

Test(explain, says_what_the_manual_page_says)
{
	const char *page = words_of(scratch_read(scratch_source("analyzer/socklife.1"), NULL));
	struct command list, story;
	size_t count = 0;

	explain(&list, NULL);
	cr_assert_eq(list.status, 0, "%s", list.err);
	for (char *rest = list.out, *line; (line = strsep(&rest, "\n")) != NULL && *line != '\0';) {
		const char *rule = strtok(line, " ");

		explain(&story, rule);
		cr_expect_eq(story.status, 0, "%s", story.err);
		story_compare(page, story.out);
		command_release(&story);
		count++;
	}
	cr_expect_eq(count, 16);
	command_release(&list);
}

Test(explain, refuses_a_rule_that_there_is_not)
{
	struct command command;

	explain(&command, "leak");
	cr_expect_eq(command.status, 2);
	command_expect_one_line(&command);
	command_release(&command);
}
