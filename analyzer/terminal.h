/*
 * What the place where text goes can show, and the only door for text from outside: escaping,
 * display width, cutting. Not thread-safe (wcwidth(3) asks the locale that main() has set).
 */
#ifndef SOCKLIFE_TERMINAL_H
#define SOCKLIFE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TERMINAL_WIDTH_UNKNOWN 100u

enum terminal_style {
	TERMINAL_PLAIN,
	TERMINAL_HEADING,
	TERMINAL_QUIET,
	TERMINAL_ALERT,
	TERMINAL_NOTICE
};

struct terminal {
	unsigned int width; /* in columns */
	bool has_colour;
	bool is_utf8; /* else only ASCII is written */
};

/*
 * Asks the environment and the kernel about the file: COLUMNS, then TIOCGWINSZ; colour only on a
 * terminal, never with NO_COLOR set (no-color.org) or TERM=dumb.
 */
void terminal_init(struct terminal *terminal, FILE *file);

const char *terminal_ellipsis(const struct terminal *terminal);
const char *terminal_micro(const struct terminal *terminal);
const char *terminal_times(const struct terminal *terminal);
const char *terminal_dot(const struct terminal *terminal); /* between facts on one line */

/*
 * Copies text of any bytes so that it can be printed: what could move the cursor, change colours,
 * reorder the line or is no character becomes \xNN. Always terminated; cut at a whole character
 * when `size` is too small.
 */
void terminal_escape(const struct terminal *terminal, const char *bytes, size_t size_bytes,
		     char *text, size_t size);

/* Columns that escaped text takes. */
unsigned int terminal_text_width(const struct terminal *terminal, const char *text);

/* Cuts escaped text in the middle so that it takes at most `width` columns. */
void terminal_cut(const struct terminal *terminal, char *text, size_t size, unsigned int width);

/* The same at its end; a last word of which little would be left goes as a whole, unmarked,
 * and a first one that ends in :LINE is cut in its middle, alone. */
void terminal_cut_end(const struct terminal *terminal, char *text, size_t size, unsigned int width);

/* Prints with a style; plain where there is no colour. */
void terminal_print(const struct terminal *terminal, FILE *out, enum terminal_style style,
		    const char *text);

/*
 * Prints escaped text, broken between words, and ends the line. The first line has begun at column
 * `begun`, the others get `indent` blanks.
 */
void terminal_print_lines(const struct terminal *terminal, FILE *out, enum terminal_style style,
			  const char *text, unsigned int begun, unsigned int indent);

#endif
