#include "handle_words.h"

#include <string.h>

#define SHOWN_MAX 40

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\0';
}

static void blanks_skip(struct handle_words *words)
{
	while (words->at < words->end && is_blank(*words->at))
		words->at++;
}

void handle_words_init(struct handle_words *words, const char *line, size_t size_bytes)
{
	const char *comment = memchr(line, '#', size_bytes);

	words->at = line;
	words->end = comment != NULL ? comment : line + size_bytes;
}

bool handle_words_at_colon(struct handle_words *words)
{
	blanks_skip(words);
	return words->at < words->end && *words->at == ':';
}

bool handle_words_next(struct handle_words *words, struct handle_word *word)
{
	bool is_colon = handle_words_at_colon(words);

	word->text = words->at;
	while (words->at < words->end && !is_blank(*words->at) && *words->at != ':')
		words->at++;
	words->at += is_colon;
	word->size_bytes = (size_t)(words->at - word->text);
	return word->size_bytes != 0;
}

bool handle_word_is(const struct handle_word *word, const char *text)
{
	return strlen(text) == word->size_bytes && memcmp(text, word->text, word->size_bytes) == 0;
}

bool handle_word_find(const struct handle_word *word, const struct handle_keyword *keywords,
		      unsigned int *value)
{
	for (; keywords->word != NULL; keywords++) {
		if (handle_word_is(word, keywords->word)) {
			*value = keywords->value;
			return true;
		}
	}
	return false;
}

bool handle_word_number(const struct handle_word *word, int32_t *number)
{
	bool is_negative = word->size_bytes > 1 && word->text[0] == '-';
	int32_t value = 0;

	/* nine digits always fit */
	if (word->size_bytes == 0 || word->size_bytes - is_negative > 9)
		return false;
	for (size_t i = is_negative; i < word->size_bytes; i++) {
		if (word->text[i] < '0' || word->text[i] > '9')
			return false;
		value = value * 10 + (word->text[i] - '0');
	}
	*number = is_negative ? -value : value;
	return true;
}

int handle_word_shown(const struct handle_word *word)
{
	return (int)(word->size_bytes < SHOWN_MAX ? word->size_bytes : SHOWN_MAX);
}
