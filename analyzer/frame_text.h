/*
 * A frame in words for people: short, as "app.py:12 main" in a table, or in full on a line of a
 * stack. The text is escaped. One thread.
 */
#ifndef SOCKLIFE_FRAME_TEXT_H
#define SOCKLIFE_FRAME_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct frame;
struct symbols;
struct terminal;

/* "-" for NULL. */
void frame_text_short(const struct terminal *terminal, const struct frame *frame, char *text,
		      size_t size);
/* A line for each frame, innermost first, behind `indent` spaces. */
void frame_text_print_stack(const struct terminal *terminal, struct symbols *symbols,
			    uint32_t stack, int indent, FILE *out);

#endif
