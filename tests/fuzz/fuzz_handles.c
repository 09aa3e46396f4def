/*
 * libFuzzer: any text as a handle catalog. Whatever it is, every index stays within its table,
 * every name is terminated, no place lies beyond what a function says of its stack, and a text
 * without faults says the same when it is read again.
 */
#include "../../preload/handle_parse.c"
#include "../../preload/handle_parse_action.c"
#include "../../preload/handle_words.c"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static void check(bool is_true)
{
	if (!is_true)
		abort();
}

static void name_check(const struct handle_catalog *catalog, const char *name)
{
	check(name >= catalog->text && name < catalog->text + catalog->text_size_bytes);
	check(name[0] != '\0');
	check(catalog->text[catalog->text_size_bytes - 1] == '\0');
}

static void place_check(const struct handle_function *function, uint8_t place)
{
	uint8_t words = function->stack_words == HANDLE_WORDS_ANY ? 0 : function->stack_words;

	check(words <= HANDLE_WORDS_MAX && place <= HANDLE_REGISTERS + words);
}

static void action_check(const struct handle_catalog *catalog,
			 const struct handle_function *function, uint16_t index)
{
	const struct handle_action *action = &catalog->actions[index];

	check(index < catalog->action_count && action->type < catalog->type_count);
	check(action->verb <= HANDLE_MOVE && action->condition_count <= HANDLE_CONDITIONS_MAX);
	place_check(function, action->place);
	place_check(function, action->other);
	for (uint8_t i = 0; i < action->condition_count; i++)
		place_check(function, action->conditions[i].place);
}

static void function_check(const struct handle_catalog *catalog,
			   const struct handle_function *function)
{
	size_t steps = 0;

	name_check(catalog, function->name);
	check(function->library < catalog->library_count);
	check(function->hash == handle_hash(function->name));
	for (uint16_t step = function->first_step; step != HANDLE_NONE;
	     step = catalog->steps[step].next) {
		check(step < catalog->step_count && steps++ < HANDLE_STEPS_MAX);
		action_check(catalog, function, catalog->steps[step].action);
	}
}

static void catalog_check(const struct handle_catalog *catalog)
{
	for (uint16_t i = 0; i < catalog->library_count; i++) {
		const struct handle_library *library = &catalog->libraries[i];

		check(library->first_pattern + library->pattern_count <= catalog->pattern_count);
		check(library->first_except + library->except_count <= catalog->pattern_count);
		check(library->first_function + library->function_count <= catalog->function_count);
	}
	for (uint16_t i = 0; i < catalog->pattern_count; i++)
		name_check(catalog, catalog->patterns[i]);
	for (uint16_t i = 0; i < catalog->type_count; i++) {
		name_check(catalog, catalog->types[i].name);
		check(catalog->types[i].family <= i);
	}
	for (uint16_t i = 0; i < catalog->function_count; i++)
		function_check(catalog, &catalog->functions[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	static struct handle_catalog catalog, again;
	struct handle_fault fault, second;
	/* an exact copy, so that a read beyond its end is seen */
	char *text = malloc(size_bytes);

	if (text == NULL)
		return 0;
	memcpy(text, data, size_bytes);
	memset(&catalog, 0, sizeof(catalog));
	memset(&again, 0, sizeof(again));
	handle_parse(&catalog, "file", text, size_bytes, &fault);
	handle_parse(&again, "file", text, size_bytes, &second);
	catalog_check(&catalog);
	check(fault.line == second.line);
	check(fault.line == 0 || memchr(fault.reason, '\0', sizeof(fault.reason)) != NULL);
	check(memcmp(catalog.steps, again.steps, sizeof(catalog.steps)) == 0);
	check(memcmp(catalog.text, again.text, sizeof(catalog.text)) == 0);
	free(text);
	return 0;
}
