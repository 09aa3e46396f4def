#include "frame_text.h"

#include <inttypes.h>
#include <string.h>

#include "symbols.h"
#include "terminal.h"

#define FUNCTION_WIDTH 30u

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

/* "app.py:12 ", "redis-cli ", or, with nothing better, "redis-cli+0x1234 ". */
static void place_escape(const struct terminal *terminal, const struct frame *frame,
			 const char *path, char *text, size_t size)
{
	size_t used;

	terminal_escape(terminal, path, strlen(path), text, size);
	used = strlen(text);
	if (frame->file != NULL && frame->line != 0)
		snprintf(text + used, size - used, ":%" PRIu32, frame->line);
	else if (frame->file == NULL && frame->function == NULL)
		snprintf(text + used, size - used, "+0x%" PRIx64, frame->offset);
}

static const char *place_of(const struct frame *frame)
{
	if (frame->file != NULL)
		return frame->file;
	return frame->module != NULL ? frame->module : "?";
}

void frame_text_short(const struct terminal *terminal, const struct frame *frame, char *text,
		      size_t size)
{
	size_t used;

	snprintf(text, size, "-");
	if (frame == NULL)
		return;
	place_escape(terminal, frame, base_name(place_of(frame)), text, size);
	used = strlen(text);
	if (frame->function == NULL || used + 2 > size)
		return;
	text[used++] = ' ';
	terminal_escape(terminal, frame->function, strlen(frame->function), text + used,
			size - used);
}

static void frame_print(const struct terminal *terminal, const struct frame *frame, int indent,
			FILE *out)
{
	const char *name = frame->function != NULL ? frame->function : "?";
	char function[512], place[1024];
	unsigned int width;

	terminal_escape(terminal, name, strlen(name), function, sizeof function);
	place_escape(terminal, frame, place_of(frame), place, sizeof place);
	width = terminal_text_width(terminal, function);
	fprintf(out, "%*s%s%*s  ", indent, "", function,
		(int)(width < FUNCTION_WIDTH ? FUNCTION_WIDTH - width : 0), "");
	terminal_print(terminal, out, TERMINAL_QUIET, place);
	fputs(frame->is_inlined ? " (inlined)\n" : "\n", out);
}

void frame_text_print_stack(const struct terminal *terminal, struct symbols *symbols,
			    uint32_t stack, int indent, FILE *out)
{
	const struct frame *frames = NULL;
	size_t count = symbols_stack(symbols, stack, &frames);

	for (size_t i = 0; i < count; i++)
		frame_print(terminal, &frames[i], indent, out);
}
