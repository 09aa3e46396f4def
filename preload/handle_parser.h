/*
 * What handle_parse.c and handle_parse_action.c share: the parser of one text, which stands in one
 * line. A function that returns false has told the fault, and the line is left out.
 */
#ifndef SOCKLIFE_HANDLE_PARSER_H
#define SOCKLIFE_HANDLE_PARSER_H

#include "handle_parse.h"
#include "handle_words.h"

struct handle_parser {
	struct handle_catalog *catalog;
	const char *source;
	struct handle_fault *fault;
	uint32_t line;
	struct handle_words words; /* of this line */
	uint16_t library, type;    /* the section that the line stands in, HANDLE_NONE none */
};

bool handle_parser_fail(struct handle_parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool handle_parser_fail_word(struct handle_parser *parser, const struct handle_word *word,
			     const char *wanted);
bool handle_parser_fail_full(struct handle_parser *parser);

/* The next word, or a fault that says what was wanted. */
bool handle_parser_take(struct handle_parser *parser, struct handle_word *word, const char *wanted);
/* A copy in the catalog, with its NUL; NULL when it is full. */
const char *handle_parser_keep(struct handle_parser *parser, const struct handle_word *word);

/* The rest of a line whose first word was a verb. */
bool handle_parse_action(struct handle_parser *parser, enum handle_verb verb);

#endif
