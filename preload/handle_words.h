/*
 * The words of one line of a handle catalog: what stands between blanks, a colon by itself, all up
 * to a '#'. Pure; any thread.
 */
#ifndef SOCKLIFE_HANDLE_WORDS_H
#define SOCKLIFE_HANDLE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct handle_word {
	const char *text;
	size_t size_bytes;
};

struct handle_words {
	const char *at, *end;
};

/* A word that the language has, and what it stands for; a table ends with NULL. */
struct handle_keyword {
	const char *word;
	unsigned int value;
};

void handle_words_init(struct handle_words *words, const char *line, size_t size_bytes);
bool handle_words_next(struct handle_words *words, struct handle_word *word);
/* The next word is a colon; it stays the next. */
bool handle_words_at_colon(struct handle_words *words);

bool handle_word_is(const struct handle_word *word, const char *text);
bool handle_word_find(const struct handle_word *word, const struct handle_keyword *keywords,
		      unsigned int *value);
/* Decimal, with a '-' if need be. */
bool handle_word_number(const struct handle_word *word, int32_t *number);
/* How much of a word a message repeats, for "%.*s". */
int handle_word_shown(const struct handle_word *word);

#endif
