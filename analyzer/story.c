#include "story.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "frame_text.h"
#include "model.h"
#include "quantity.h"

#define STACK_INDENT 16

void story_init(struct story *story)
{
	*story = (struct story){.is_whole = true};
}

void story_release(struct story *story)
{
	free(story->moments);
	*story = (struct story){0};
}

static struct story_moment *moment_new(struct story *story)
{
	if (story->count == story->room) {
		size_t room = story->room != 0 ? story->room * 2 : 32;
		struct story_moment *moments = reallocarray(story->moments, room, sizeof *moments);

		if (moments == NULL) {
			story->is_whole = false;
			return NULL;
		}
		story->moments = moments;
		story->room = room;
	}
	return &story->moments[story->count++];
}

void story_add(struct story *story, int64_t time_ns, uint32_t stack, const char *format, ...)
{
	struct story_moment *moment = time_ns != TIME_NONE ? moment_new(story) : NULL;
	va_list arguments;

	if (moment == NULL)
		return;
	moment->time_ns = time_ns;
	moment->order = story->count;
	moment->stack = stack;
	va_start(arguments, format);
	vsnprintf(moment->text, sizeof moment->text, format, arguments);
	va_end(arguments);
}

static int order_moments(const void *a, const void *b)
{
	const struct story_moment *left = a, *right = b;

	if (left->time_ns != right->time_ns)
		return left->time_ns < right->time_ns ? -1 : 1;
	return (left->order > right->order) - (left->order < right->order);
}

void story_print(struct story *story, const struct terminal *terminal, struct symbols *symbols,
		 FILE *out)
{
	if (story->count != 0)
		qsort(story->moments, story->count, sizeof *story->moments, order_moments);
	for (size_t i = 0; i < story->count; i++) {
		const struct story_moment *moment = &story->moments[i];
		struct quantity quantity;

		fprintf(out, "  %12s  %s\n", quantity_moment(moment->time_ns, &quantity),
			moment->text);
		frame_text_print_stack(terminal, symbols, moment->stack, STACK_INDENT, out);
	}
}
