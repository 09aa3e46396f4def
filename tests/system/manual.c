/* The manual page and the README know every command and option that --help lists, and the library's
 * settings. */
#include <string.h>

#include "fixture.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(manual);

static const char *page_read(void)
{
	const char *page = scratch_read(scratch_source("analyzer/socklife.1"), NULL);

	cr_assert_not_null(page);
	return page;
}

/* "--max-open" as man(7) writes it: "\-\-max\-open" */
static const char *roff_option(const char *option, size_t size)
{
	char *text = scratch_allocate(2 * size + 1), *to = text;

	for (size_t i = 0; i < size; i++) {
		if (option[i] == '-')
			*to++ = '\\';
		*to++ = option[i];
	}
	return text;
}

/* `--NAME` at the begin of a line of --help, or behind the short form there. */
static size_t options_compare(const char *page, const char *command, char *help)
{
	size_t count = 0;

	for (char *line; (line = strsep(&help, "\n")) != NULL;) {
		const char *option = strstr(line, "--");

		if (option == NULL || (size_t)(option - line) > strlen("  -o, "))
			continue;
		option = roff_option(option, strcspn(option, "=: "));
		cr_expect_not_null(strstr(page, option), "%s of %s", option, command);
		count++;
	}
	return count;
}

Test(manual, tells_every_command_and_option)
{
	const char *page = page_read();
	const char *readme = scratch_read(scratch_source("README.md"), NULL);
	struct command commands, help;
	char *list;
	size_t count = 0;

	command_run(&commands, COMMAND_LIST(scratch_built("socklife"), "--help"), NULL);
	list = strstr(commands.out, "Commands:\n");
	cr_assert_not_null(list, "%s", commands.out);
	strsep(&list, "\n");
	for (char *line; (line = strsep(&list, "\n")) != NULL && *line != '\0';) {
		char name[32] = "";

		if (sscanf(line, "  %31[a-z] ", name) != 1)
			continue;
		command_run(&help, COMMAND_LIST(scratch_built("socklife"), name, "--help"), NULL);
		cr_expect_eq(help.status, 0, "%s: %s", name, help.err);
		cr_expect_not_null(strstr(page, scratch_format(".SY \"socklife %s\"", name)), "%s",
				   name);
		cr_expect_not_null(strstr(readme, scratch_format("`socklife %s ", name)), "%s",
				   name);
		count += options_compare(page, name, help.out);
		command_release(&help);
	}
	cr_expect_gt(count, 50);
	command_release(&commands);
}

Test(manual, tells_every_setting_of_the_library)
{
	const char *page = page_read();
	const char *list = scratch_read(scratch_source("preload/settings.def"), NULL);
	const char *variables = scratch_read(scratch_source("preload/environment.def"), NULL);
	size_t count = 0;

	cr_assert_not_null(list);
	cr_assert_not_null(variables);
	for (const char *at = list; (at = strstr(at, "\nSETTING(")) != NULL; count++) {
		at += strlen("\nSETTING(");
		cr_expect_not_null(
			strstr(page, scratch_format(".B %.*s\n", (int)strcspn(at, ","), at)),
			"%.*s", (int)strcspn(at, ","), at);
	}
	cr_expect_gt(count, 5);
	for (const char *at = variables; (at = strstr(at, "SOCKLIFE_")) != NULL; at++) {
		size_t size = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

		cr_expect_not_null(strstr(page, scratch_format("%.*s", (int)size, at)), "%.*s",
				   (int)size, at);
	}
}
