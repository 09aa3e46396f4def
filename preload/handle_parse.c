#include "handle_parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "handle_parser.h"

bool handle_parser_fail(struct handle_parser *parser, const char *format, ...)
{
	va_list arguments;

	if (parser->fault->line != 0)
		return false;
	parser->fault->line = parser->line;
	va_start(arguments, format);
	vsnprintf(parser->fault->reason, sizeof(parser->fault->reason), format, arguments);
	va_end(arguments);
	return false;
}

bool handle_parser_fail_full(struct handle_parser *parser)
{
	return handle_parser_fail(parser, "the catalog is full");
}

bool handle_parser_fail_word(struct handle_parser *parser, const struct handle_word *word,
			     const char *wanted)
{
	return handle_parser_fail(parser, "'%.*s' where %s is wanted", handle_word_shown(word),
				  word->text, wanted);
}

/* The next word, or a fault that says what was wanted. */
bool handle_parser_take(struct handle_parser *parser, struct handle_word *word, const char *wanted)
{
	return handle_words_next(&parser->words, word) ||
	       handle_parser_fail(parser, "the line ends where %s is wanted", wanted);
}

const char *handle_parser_keep(struct handle_parser *parser, const struct handle_word *word)
{
	struct handle_catalog *catalog = parser->catalog;
	char *kept = catalog->text + catalog->text_size_bytes;

	if (word->size_bytes + 1 > sizeof(catalog->text) - catalog->text_size_bytes) {
		handle_parser_fail_full(parser);
		return NULL;
	}
	memcpy(kept, word->text, word->size_bytes);
	kept[word->size_bytes] = '\0';
	catalog->text_size_bytes += (uint32_t)word->size_bytes + 1;
	return kept;
}

/* ---- library, except, threads ---- */

static bool patterns_take(struct handle_parser *parser, uint16_t *first, uint16_t *count)
{
	struct handle_catalog *catalog = parser->catalog;
	struct handle_word word;
	const char *kept;

	*first = catalog->pattern_count;
	*count = 0;
	if (!handle_parser_take(parser, &word, "a library's name"))
		return false;
	do {
		if (catalog->pattern_count == HANDLE_PATTERNS_MAX)
			return handle_parser_fail_full(parser);
		kept = handle_parser_keep(parser, &word);
		if (kept == NULL)
			return false;
		catalog->patterns[catalog->pattern_count++] = kept;
		(*count)++;
	} while (handle_words_next(&parser->words, &word));
	return true;
}

static bool parse_library(struct handle_parser *parser)
{
	struct handle_catalog *catalog = parser->catalog;
	struct handle_library library = {.source = parser->source,
					 .first_function = catalog->function_count};

	parser->library = parser->type = HANDLE_NONE;
	if (!patterns_take(parser, &library.first_pattern, &library.pattern_count))
		return false;
	if (catalog->library_count == HANDLE_LIBRARIES_MAX)
		return handle_parser_fail_full(parser);
	parser->library = catalog->library_count++;
	catalog->libraries[parser->library] = library;
	return true;
}

static bool section_check(struct handle_parser *parser, uint16_t section, const char *name)
{
	return section != HANDLE_NONE ||
	       handle_parser_fail(parser, "this must stand below a %s line", name);
}

static bool parse_except(struct handle_parser *parser)
{
	struct handle_library *library;

	if (!section_check(parser, parser->library, "library"))
		return false;
	library = &parser->catalog->libraries[parser->library];
	return patterns_take(parser, &library->first_except, &library->except_count);
}

static bool line_end(struct handle_parser *parser)
{
	struct handle_word word;

	return !handle_words_next(&parser->words, &word) ||
	       handle_parser_fail_word(parser, &word, "the end of the line");
}

static bool parse_threads(struct handle_parser *parser)
{
	if (!section_check(parser, parser->library, "library") || !line_end(parser))
		return false;
	parser->catalog->libraries[parser->library].has_threads = true;
	return true;
}

/* ---- handle, part ---- */

static bool type_add(struct handle_parser *parser, const struct handle_word *name, uint8_t role,
		     uint8_t flags)
{
	struct handle_catalog *catalog = parser->catalog;
	struct handle_type *type = &catalog->types[catalog->type_count];

	if (catalog->type_count == HANDLE_TYPES_MAX)
		return handle_parser_fail_full(parser);
	type->name = handle_parser_keep(parser, name);
	if (type->name == NULL)
		return false;
	type->role = role;
	type->flags = flags;
	while (strcmp(catalog->types[type->family].name, type->name) != 0)
		type->family++;
	parser->type = catalog->type_count++;
	return true;
}

/* The rest of the line: properties. */
static bool flags_take(struct handle_parser *parser, const struct handle_keyword *flags,
		       const char *wanted, unsigned int *all)
{
	struct handle_word word;
	unsigned int flag;

	while (handle_words_next(&parser->words, &word)) {
		if (!handle_word_find(&word, flags, &flag))
			return handle_parser_fail_word(parser, &word, wanted);
		*all |= flag;
	}
	return true;
}

static bool parse_handle(struct handle_parser *parser)
{
	static const struct handle_keyword roles[] = {
#define TRACE_ROLE(number, NAME, word) {word, TRACE_ROLE_##NAME},
#include <socklife/trace_values.def>
		{NULL, 0},
	};
	static const struct handle_keyword flags[] = {
		{"one-thread", HANDLE_TYPE_ONE_THREAD},
		{"ends-with-socket", HANDLE_TYPE_ENDS_WITH},
		{"ends-with-pool", HANDLE_TYPE_ENDS_POOL},
		{"unseen-end", HANDLE_TYPE_UNSEEN_END},
		{NULL, 0},
	};
	struct handle_word name, word;
	unsigned int role, all = 0;

	parser->type = HANDLE_NONE;
	if (!section_check(parser, parser->library, "library") ||
	    !handle_parser_take(parser, &name, "a handle's type") ||
	    !handle_parser_take(parser, &word, "a role"))
		return false;
	if (!handle_word_find(&word, roles, &role))
		return handle_parser_fail_word(parser, &word, "a role");
	return flags_take(parser, flags, "a property such as one-thread", &all) &&
	       type_add(parser, &name, (uint8_t)role, (uint8_t)all);
}

static bool parse_part(struct handle_parser *parser)
{
	static const struct handle_keyword flags[] = {
		{"ends-whole", HANDLE_TYPE_ENDS_WHOLE},
		{NULL, 0},
	};
	unsigned int all = HANDLE_TYPE_IS_PART;
	struct handle_word name;

	parser->type = HANDLE_NONE;
	return section_check(parser, parser->library, "library") &&
	       handle_parser_take(parser, &name, "a part's type") &&
	       flags_take(parser, flags, "ends-whole", &all) &&
	       type_add(parser, &name, 0, (uint8_t)all);
}

/* ---- lines ---- */

/* What a line may begin with, and who reads the rest. */
static const struct {
	const char *word;
	bool (*parse)(struct handle_parser *parser);
} line_kinds[] = {
	{"library", parse_library}, {"except", parse_except}, {"threads", parse_threads},
	{"handle", parse_handle},   {"part", parse_part},
};

static const struct handle_keyword line_verbs[] = {
	{"create", HANDLE_CREATE},
	{"obtain", HANDLE_OBTAIN},
	{"adopt", HANDLE_ADOPT},
	{"use", HANDLE_USE},
	{"destroy", HANDLE_DESTROY},
	{"move", HANDLE_MOVE},
	{NULL, 0},
};

static void parse_line(struct handle_parser *parser, const char *line, size_t size_bytes)
{
	struct handle_word first;
	unsigned int verb;

	handle_words_init(&parser->words, line, size_bytes);
	if (!handle_words_next(&parser->words, &first))
		return;
	for (size_t i = 0; i < sizeof(line_kinds) / sizeof(*line_kinds); i++) {
		if (handle_word_is(&first, line_kinds[i].word)) {
			line_kinds[i].parse(parser);
			return;
		}
	}
	if (!handle_word_find(&first, line_verbs, &verb))
		handle_parser_fail(parser, "unknown word '%.*s'", handle_word_shown(&first),
				   first.text);
	else if (parser->type == HANDLE_NONE)
		handle_parser_fail(parser, "this must stand below a handle or part line");
	else
		handle_parse_action(parser, (enum handle_verb)verb);
}

void handle_parse(struct handle_catalog *catalog, const char *source, const char *text,
		  size_t size_bytes, struct handle_fault *fault)
{
	struct handle_parser parser = {
		.catalog = catalog,
		.source = source,
		.fault = fault,
		.library = HANDLE_NONE,
		.type = HANDLE_NONE,
	};
	static const char mark[] = "\xef\xbb\xbf"; /* with which some editors begin UTF-8 */
	const char *end = text + size_bytes;

	fault->line = 0;
	if (size_bytes >= strlen(mark) && memcmp(text, mark, strlen(mark)) == 0)
		text += strlen(mark);
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *line_end_at = newline != NULL ? newline : end;

		parser.line++;
		parse_line(&parser, text, (size_t)(line_end_at - text));
		text = newline != NULL ? newline + 1 : end;
	}
}

uint32_t handle_hash(const char *name)
{
	uint32_t hash = 5381;

	for (; *name != '\0'; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash;
}

const struct handle_function *handle_named(const struct handle_catalog *catalog, uint32_t hash,
					   const char *name, const struct handle_function *after)
{
	uint16_t at = after != NULL ? after->next_named
				    : catalog->buckets[hash & (HANDLE_BUCKETS - 1)];

	while (at != 0) {
		const struct handle_function *function = &catalog->functions[at - 1];

		if (function->hash == hash && strcmp(function->name, name) == 0)
			return function;
		at = function->next_named;
	}
	return NULL;
}
