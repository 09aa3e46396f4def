/* Tells what a rule means; without a rule, which there are. */
#include "command.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "finding.h"
#include "options.h"

#define WIDTH 78

/* Prints a paragraph in lines of at most WIDTH columns. The texts are ours, and ASCII. */
static void paragraph_print(const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t length = strcspn(text, " ");

		if (column != 0 && column + 1 + length > WIDTH) {
			putchar('\n');
			column = 0;
		}
		if (column != 0)
			column += (size_t)printf(" ");
		column += (size_t)printf("%.*s", (int)length, text);
		text += length;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void rule_print(enum rule rule)
{
	const struct rule_story_parts *story = rule_story(rule);
	const char *advice, *classes;

	printf("%s (%s): %s\n\n", rule_name(rule),
	       finding_severity_word(rule_default_severity(rule)), rule_summary(rule));
	paragraph_print(story->meaning);
	puts("\nWhy it matters");
	paragraph_print(story->matter);
	puts("\nWhen it is harmless, and what is not told");
	paragraph_print(story->harmless);
	puts("\nWhat to do, by the class of the object");
	for (uint32_t i = 0; (advice = rule_advice(rule, i, &classes)) != NULL; i++)
		printf("  %-18s %s\n", classes, advice);
}

static void rules_print(void)
{
	for (int i = 0; i < RULE_COUNT; i++)
		printf("%-22s %-8s %s\n", rule_name((enum rule)i),
		       finding_severity_word(rule_default_severity((enum rule)i)),
		       rule_summary((enum rule)i));
}

static int explain_run(const struct command *command, int argc, char **argv)
{
	struct options_plain options;
	struct error error;
	enum rule rule;

	options_parse_plain(command, argc, argv, 0, 1, false, &options);
	if (options.argument_count == 0) {
		rules_print();
		return COMMAND_PASS;
	}
	rule = rule_find(options.arguments[0]);
	if (rule == RULE_COUNT) {
		error_set(&error, STATUS_USAGE, options.arguments[0], 0,
			  "there is no such rule; `socklife explain` lists them");
		return command_fail(&error);
	}
	rule_print(rule);
	return COMMAND_PASS;
}

const struct command cmd_explain = {
	.name = "explain",
	.synopsis = "[RULE]",
	.summary = "tell what a rule means, why it matters and when it is harmless",
	.run = explain_run,
};
