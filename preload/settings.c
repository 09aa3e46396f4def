#include "settings.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "diag.h"
#include "environment.h"
#include "kernel.h"

struct settings settings = {
#define SETTING(name, value, least, most, text) .name = (value),
#include "settings.def"
};

struct setting_row {
	const char *name;
	size_t offset_bytes;
	uint64_t least, most;
};

static const struct setting_row setting_rows[] = {
#define SETTING(name, value, least, most, text)                                                    \
	{#name, offsetof(struct settings, name), least, most},
#include "settings.def"
};

struct setting_word {
	const char *name, *word;
	uint64_t value;
};

static const struct setting_word setting_words[] = {
#define SETTING_WORD(key, word, value) {#key, word, value},
#include "settings.def"
};

#define SETTING_COUNT (sizeof(setting_rows) / sizeof(setting_rows[0]))
#define WORD_COUNT    (sizeof(setting_words) / sizeof(setting_words[0]))

static unsigned int setting_shift(char unit)
{
	switch (unit) {
	case 'K':
		return 10;
	case 'M':
		return 20;
	case 'G':
		return 30;
	default:
		return 0;
	}
}

/* No strtoull: it reads the locale and sets errno. */
static bool setting_number(const char *text, size_t size, uint64_t *number)
{
	unsigned int shift = size > 0 ? setting_shift(text[size - 1]) : 0;
	uint64_t value = 0;

	if (shift != 0)
		size--;
	if (size == 0 || size > 15)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text[i] - '0');
	}
	if (value > UINT64_MAX >> shift)
		return false;
	*number = value << shift;
	return true;
}

static bool setting_is(const char *text, size_t size, const char *word)
{
	return strlen(word) == size && memcmp(word, text, size) == 0;
}

static bool setting_value(const char *name, const char *text, size_t size, uint64_t *value)
{
	for (size_t i = 0; i < WORD_COUNT; i++) {
		const struct setting_word *row = &setting_words[i];

		if (strcmp(row->name, name) == 0 && setting_is(text, size, row->word)) {
			*value = row->value;
			return true;
		}
	}
	return setting_number(text, size, value);
}

static bool setting_apply(const char *item, size_t size, struct settings *into)
{
	const char *equals = memchr(item, '=', size);
	size_t name_size = equals != NULL ? (size_t)(equals - item) : size;
	uint64_t value;

	if (equals == NULL)
		return false;
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting_row *row = &setting_rows[i];

		if (!setting_is(item, name_size, row->name))
			continue;
		if (!setting_value(row->name, equals + 1, size - name_size - 1, &value) ||
		    value < row->least || value > row->most)
			return false;
		memcpy((char *)into + row->offset_bytes, &value, sizeof(value));
		return true;
	}
	return false;
}

size_t settings_parse(const char *text, struct settings *into, char *fault, size_t size_bytes)
{
	size_t faults = 0;

	while (*text != '\0') {
		size_t size = strcspn(text, ":");

		if (size > 0 && !setting_apply(text, size, into) && faults++ == 0 &&
		    size_bytes > 0) {
			size_t kept = size < size_bytes - 1 ? size : size_bytes - 1;

			memcpy(fault, text, kept);
			fault[kept] = '\0';
		}
		text += size;
		text += *text == ':';
	}
	return faults;
}

/* A relative directory is meant from where the program started, whatever it does to its cwd later.
 */
static void settings_directory(const char *directory)
{
	char *path = settings.trace_directory;
	size_t size = strlen(directory);
	size_t used = 0;

	if (directory[0] != '/') {
		long got = kernel_call2(SYS_getcwd, path, PATH_MAX);

		if (got <= 1 || path[0] != '/') {
			path[0] = '\0';
			return;
		}
		used = (size_t)got - 1;
		path[used++] = '/';
	}
	if (used + size + 1 > PATH_MAX) {
		path[0] = '\0';
		return;
	}
	memcpy(path + used, directory, size + 1);
}

void settings_read(void)
{
	const char *directory = environment_get("SOCKLIFE_TRACE");
	const char *options = environment_get("SOCKLIFE_OPTIONS");
	char fault[128] = "";
	size_t faults = options != NULL ? settings_parse(options, &settings, fault, sizeof(fault))
					: 0;

	settings_directory(directory != NULL && directory[0] != '\0' ? directory : "socklife.out");
	if (settings.quiet)
		diag_silence();
	if (faults > 0)
		diag_line("SOCKLIFE_OPTIONS", fault, 0);
}
