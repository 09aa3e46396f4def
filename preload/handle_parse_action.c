/* The lines of a handle catalog that say what functions do: verb, place, clauses, functions. */
#include <string.h>

#include "handle_parser.h"

static bool place_read(struct handle_parser *parser, const struct handle_word *word,
		       bool may_return, uint8_t *place)
{
	int32_t number;

	if (may_return && handle_word_is(word, "return")) {
		*place = HANDLE_PLACE_RETURN;
		return true;
	}
	if (!handle_word_number(word, &number))
		return handle_parser_fail_word(parser, word,
					       may_return ? "an argument's number or 'return'"
							  : "an argument's number");
	if (number < 1 || number > HANDLE_REGISTERS + HANDLE_WORDS_MAX)
		return handle_parser_fail(parser, "there is no argument %d", number);
	*place = (uint8_t)number;
	return true;
}

static bool place_take(struct handle_parser *parser, bool may_return, uint8_t *place)
{
	struct handle_word word;

	return handle_parser_take(parser, &word, "an argument's number") &&
	       place_read(parser, &word, may_return, place);
}

static bool condition_read(struct handle_parser *parser, const struct handle_word *word,
			   struct handle_action *action)
{
	const char *equals = memchr(word->text, '=', word->size_bytes);
	struct handle_word left = *word, right = *word;
	struct handle_condition *condition = &action->conditions[action->condition_count];

	if (action->condition_count == HANDLE_CONDITIONS_MAX)
		return handle_parser_fail(parser, "more than %d conditions", HANDLE_CONDITIONS_MAX);
	if (equals == NULL)
		return handle_parser_fail_word(parser, word, "a condition such as 2=1 or return=0");
	left.size_bytes = (size_t)(equals - word->text);
	right.text = equals + 1;
	right.size_bytes = word->size_bytes - left.size_bytes - 1;
	if (!place_read(parser, &left, true, &condition->place))
		return false;
	if (!handle_word_number(&right, &condition->value))
		return handle_parser_fail_word(parser, &right, "a number");
	action->condition_count++;
	return true;
}

static bool conditions_take(struct handle_parser *parser, struct handle_action *action)
{
	struct handle_word word;

	do {
		if (!handle_parser_take(parser, &word, "a condition") ||
		    !condition_read(parser, &word, action))
			return false;
	} while (!handle_words_at_colon(&parser->words));
	return true;
}

/* What may stand between a place and the colon. */
static bool clauses_take(struct handle_parser *parser, struct handle_action *action)
{
	bool is_part = parser->catalog->types[action->type].flags & HANDLE_TYPE_IS_PART;
	bool wants_whole = is_part && action->verb <= HANDLE_ADOPT;
	const char *joint = action->verb == HANDLE_MOVE ? "into" : wants_whole ? "of" : NULL;
	struct handle_word word;

	if (joint != NULL) {
		if (!handle_parser_take(parser, &word, joint))
			return false;
		if (!handle_word_is(&word, joint))
			return handle_parser_fail_word(parser, &word, joint);
		if (!place_take(parser, false, &action->other))
			return false;
	}
	if (handle_words_at_colon(&parser->words))
		return true;
	if (!handle_parser_take(parser, &word, "':'"))
		return false;
	if (!handle_word_is(&word, "if"))
		return handle_parser_fail_word(parser, &word, "'if' or ':'");
	return conditions_take(parser, action);
}

static uint8_t action_highest(const struct handle_action *action)
{
	uint8_t highest = action->place > action->other ? action->place : action->other;

	for (uint8_t i = 0; i < action->condition_count; i++) {
		if (action->conditions[i].place > highest)
			highest = action->conditions[i].place;
	}
	return highest;
}

/* NAME, NAME+WORDS or NAME+any: how much of its arguments lies on the stack. */
static bool function_words(struct handle_parser *parser, struct handle_word *name, uint8_t *words)
{
	const char *plus = memchr(name->text, '+', name->size_bytes);
	struct handle_word count;
	int32_t number = 0;

	if (plus != NULL) {
		count.text = plus + 1;
		count.size_bytes = name->size_bytes - (size_t)(count.text - name->text);
		name->size_bytes = (size_t)(plus - name->text);
		if (handle_word_is(&count, "any"))
			number = HANDLE_WORDS_ANY;
		else if (!handle_word_number(&count, &number))
			return handle_parser_fail_word(parser, &count,
						       "a number of words or 'any'");
		else if (number < 1 || number > HANDLE_WORDS_MAX)
			return handle_parser_fail(parser,
						  "a function takes 1 to %d words on the stack",
						  HANDLE_WORDS_MAX);
	}
	*words = (uint8_t)number;
	return (name->size_bytes != 0 && !handle_word_is(name, ":")) ||
	       handle_parser_fail_word(parser, name, "a function's name");
}

static struct handle_function *function_find(struct handle_parser *parser,
					     const struct handle_word *name)
{
	struct handle_catalog *catalog = parser->catalog;

	for (uint16_t i = catalog->libraries[parser->library].first_function;
	     i < catalog->function_count; i++) {
		struct handle_function *function = &catalog->functions[i];

		if (handle_word_is(name, function->name))
			return function;
	}
	return NULL;
}

static struct handle_function *function_add(struct handle_parser *parser,
					    const struct handle_word *name, uint8_t words)
{
	struct handle_catalog *catalog = parser->catalog;
	struct handle_function *function = &catalog->functions[catalog->function_count];
	uint16_t *bucket;

	if (catalog->function_count == HANDLE_FUNCTIONS_MAX) {
		handle_parser_fail_full(parser);
		return NULL;
	}
	function->name = handle_parser_keep(parser, name);
	if (function->name == NULL)
		return NULL;
	function->hash = handle_hash(function->name);
	function->line = parser->line;
	function->library = parser->library;
	function->first_step = HANDLE_NONE;
	function->stack_words = words;
	bucket = &catalog->buckets[function->hash & (HANDLE_BUCKETS - 1)];
	function->next_named = *bucket;
	*bucket = ++catalog->function_count;
	catalog->libraries[parser->library].function_count++;
	return function;
}

static bool step_add(struct handle_parser *parser, struct handle_function *function,
		     uint16_t action)
{
	struct handle_catalog *catalog = parser->catalog;
	uint16_t *link = &function->first_step;

	if (catalog->step_count == HANDLE_STEPS_MAX)
		return handle_parser_fail_full(parser);
	while (*link != HANDLE_NONE)
		link = &catalog->steps[*link].next;
	*link = catalog->step_count;
	catalog->steps[catalog->step_count++] = (struct handle_step){action, HANDLE_NONE};
	return true;
}

/* A name that an earlier line of the section has says how much lies on its stack there. */
static bool function_take(struct handle_parser *parser, struct handle_word *name, uint16_t action)
{
	uint8_t highest = action_highest(&parser->catalog->actions[action]), words = 0;
	struct handle_function *function;

	if (!function_words(parser, name, &words))
		return false;
	function = function_find(parser, name);
	if (function == NULL)
		function = function_add(parser, name, words);
	if (function == NULL)
		return false;
	if (words != 0 && words != function->stack_words)
		return handle_parser_fail(parser,
					  "%s takes another number of words on the stack above",
					  function->name);
	words = function->stack_words == HANDLE_WORDS_ANY ? 0 : function->stack_words;
	if (highest > HANDLE_REGISTERS + words)
		return handle_parser_fail(parser,
					  "argument %d of %s is on the stack: write %s+WORDS",
					  highest, function->name, function->name);
	return step_add(parser, function, action);
}

/* The place may be what the function returns. */
static bool has_result(enum handle_verb verb)
{
	return verb == HANDLE_CREATE || verb == HANDLE_OBTAIN || verb == HANDLE_MOVE;
}

bool handle_parse_action(struct handle_parser *parser, enum handle_verb verb)
{
	struct handle_catalog *catalog = parser->catalog;
	struct handle_action *action = &catalog->actions[catalog->action_count];
	struct handle_word word;
	uint16_t index = catalog->action_count;
	bool is_done;

	if (index == HANDLE_ACTIONS_MAX)
		return handle_parser_fail_full(parser);
	*action = (struct handle_action){.verb = (uint8_t)verb, .type = parser->type};
	if (!place_take(parser, has_result(verb), &action->place) ||
	    !clauses_take(parser, action) || !handle_parser_take(parser, &word, "':'") ||
	    !handle_parser_take(parser, &word, "a function's name"))
		return false;
	catalog->action_count++;
	do {
		is_done = function_take(parser, &word, index);
	} while (is_done && handle_words_next(&parser->words, &word));
	return is_done;
}
