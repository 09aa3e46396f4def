#include "options_values.h"

#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <socklife/trace_format.h>

#include "render.h"
#include "render_check.h"
#include "selection.h"

/* Every word that can stand for a value, NULL-terminated, as `origins` and the like below. */
static bool words_have(const char *const *words, const char *value)
{
	for (; *words != NULL; words++) {
		if (strcmp(*words, value) == 0)
			return true;
	}
	return false;
}

static void words_refuse(const struct argp_state *state, const char *what, const char *const *words,
			 const char *value)
{
	char list[256] = "";
	size_t used = 0;

	for (; *words != NULL && used < sizeof list; words++)
		used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
					 used != 0 ? ", " : "", *words);
	argp_error(state, "there is no %s '%s'; it is one of %s", what, value, list);
}

static const char *word_of(const struct argp_state *state, const char *what,
			   const char *const *words, const char *value)
{
	if (!words_have(words, value))
		words_refuse(state, what, words, value);
	return value;
}

const char *options_origin(const struct argp_state *state, const char *value)
{
	static const char *const origins[] = {
#define TRACE_ORIGIN(number, NAME, word) word,
#include <socklife/trace_values.def>
		NULL};

	return word_of(state, "origin", origins, value);
}

const char *options_end(const struct argp_state *state, const char *value)
{
	static const char *const ends[] = {
#define TRACE_END(number, NAME, word) word,
#include <socklife/trace_values.def>
		SELECTION_END_OPEN, NULL};

	return word_of(state, "end", ends, value);
}

const struct renderer *options_renderer(const struct argp_state *state, const char *value)
{
	static const char *const formats[] = {
#define RENDERER(name) #name,
#include "renderers.def"
		NULL};

	return renderer_find(word_of(state, "format", formats, value));
}

const struct check_renderer *options_check_renderer(const struct argp_state *state,
						    const char *value)
{
	static const char *const formats[] = {
#define CHECK_RENDERER(name) #name,
#include "check_renderers.def"
		NULL};

	return check_renderer_find(word_of(state, "format", formats, value));
}

static bool is_class_character(char character)
{
	/* a name of Python may hold any letter, so all beyond ASCII are let through */
	return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
	       (character >= '0' && character <= '9') || character == '_' || character == '.' ||
	       (unsigned char)character >= 0x80;
}

static void track_check(const struct argp_state *state, const char *value)
{
	static const char *const roles[] = {
#define TRACE_ROLE(number, NAME, word) word,
#include <socklife/trace_values.def>
		NULL};
	const char *equals = strchr(value, '=');
	size_t size = equals != NULL ? (size_t)(equals - value) : strlen(value);
	const char *dot = memchr(value, '.', size);

	for (size_t i = 0; i < size; i++) {
		if (!is_class_character(value[i]))
			dot = NULL;
	}
	if (dot == NULL || dot == value || dot[1] == '\0' || dot[1] == '=')
		argp_error(state, "'%s' is no class: name it as module.Class", value);
	if (equals != NULL)
		word_of(state, "role", roles, equals + 1);
}

char *options_track_add(const struct argp_state *state, char *track, const char *value)
{
	size_t size = (track != NULL ? strlen(track) + 1 : 0) + strlen(value) + 1;
	char *joined;

	track_check(state, value);
	joined = malloc(size);
	if (joined == NULL)
		argp_failure(state, argp_err_exit_status, ENOMEM, "--track");
	else if (track != NULL)
		snprintf(joined, size, "%s,%s", track, value);
	else
		snprintf(joined, size, "%s", value);
	free(track);
	return joined;
}

void options_id(const struct argp_state *state, const char *value, char *kind, uint32_t *index)
{
	unsigned long number = 0;
	char *end = NULL;

	errno = 0;
	if (value[0] != '\0' && value[1] >= '1' && value[1] <= '9')
		number = strtoul(value + 1, &end, 10);
	if (end == NULL || *end != '\0' || errno != 0 || number > UINT32_MAX ||
	    strchr("pso", value[0]) == NULL)
		argp_error(state, "'%s' is no id: a socket is s1, an object o1, a process p1",
			   value);
	*kind = value[0];
	*index = (uint32_t)(number - 1);
}
