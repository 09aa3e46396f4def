/* Every entry point has its tests, and every hook its entry point: see entry_points.def. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "fixture.h"
#include "scratch.h"

FIXTURE_SUITE(entry_points);

struct entry {
	const char *name, *hooks;
	const char *tests[3]; /* on a stream, on a datagram socket, failing */
};

static const struct entry entries[] = {
#define ENTRY(name, hooks, stream, datagram, failing) {name, hooks, {stream, datagram, failing}},
#include "entry_points.def"
};

static const size_t entry_count = sizeof(entries) / sizeof(entries[0]);

/*
 * What a runner says of itself, as " SUITE/NAME " for each test. It lists them as a tree, and
 * without the variables by which a runner knows that it is a test of another.
 */
static const char *tests_of(const char *runner)
{
	struct command command;
	const char *list = " ", *line;
	char suite[64] = "", *rest;

	command_run(&command, COMMAND_LIST("env", "-i", scratch_built(runner), "--list"), NULL);
	cr_assert_eq(command.status, 0, "%s", command.err);
	for (line = strtok_r(command.out, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		const char *name = strrchr(line, ' ');

		if (strstr(line, ": ") != NULL)
			sscanf(line, "%63[^:]", suite);
		else if (name != NULL)
			list = scratch_format("%s%s/%s ", list, suite, name + 1);
	}
	command_release(&command);
	return list;
}

static bool has_word(const char *list, const char *word, size_t size)
{
	for (const char *at = list; (at = strstr(at, word)) != NULL; at += size) {
		bool begins = at == list || at[-1] == ' ';

		if (begins && (at[size] == ' ' || at[size] == '\0'))
			return true;
	}
	return false;
}

static const char *word_next(const char *words, const char **word)
{
	size_t size;

	words += strspn(words, " ");
	size = strcspn(words, " ");
	*word = scratch_format("%.*s", (int)size, words);
	return size == 0 ? NULL : words + size;
}

static void cell_check(const struct entry *entry, const char *cell, const char *known)
{
	const char *word;

	cr_assert_gt(strlen(cell), 2, "%s", entry->name);
	if (cell[0] == '-') {
		cr_expect_gt(strlen(cell), 10, "%s: say why", entry->name);
		return;
	}
	while ((cell = word_next(cell, &word)) != NULL)
		cr_expect(has_word(known, word, strlen(word)), "%s: there is no test %s",
			  entry->name, word);
}

Test(entry_points, each_has_its_tests_or_says_why_not)
{
	const char *known = scratch_format("%s%s", tests_of("tests/system"),
					   tests_of("tests/large"));

	cr_assert_not_null(strstr(known, " entry_points/each_has_its_tests_or_says_why_not "));
	for (size_t i = 0; i < entry_count; i++) {
		for (size_t kind = 0; kind < 3; kind++)
			cell_check(&entries[i], entries[i].tests[kind], known);
		cr_expect_neq(entries[i].tests[0][0], '-', "%s: on nothing", entries[i].name);
	}
}

static size_t rows_of(const char *hook)
{
	size_t count = 0;

	for (size_t i = 0; i < entry_count; i++)
		count += has_word(entries[i].hooks, hook, strlen(hook));
	return count;
}

static size_t hooks_of_rows(void)
{
	size_t count = 0;
	const char *word, *hooks;

	for (size_t i = 0; i < entry_count; i++)
		for (hooks = entries[i].hooks; (hooks = word_next(hooks, &word)) != NULL;)
			count++;
	return count;
}

Test(entry_points, each_hook_is_one_of_them)
{
	static const char *const hooks[] = {
#define HOOK(name, missing) #name,
#define ALIAS(name, hook)   #name,
#include "../../preload/hooks.def"
	};
	const size_t count = sizeof(hooks) / sizeof(hooks[0]);

	for (size_t i = 0; i < count; i++)
		cr_expect_eq(rows_of(hooks[i]), 1, "%s stands in %zu rows", hooks[i],
			     rows_of(hooks[i]));
	cr_expect_eq(hooks_of_rows(), count, "rows name %zu of %zu hooks", hooks_of_rows(), count);
}
