#include "terminal.h"

#include <ctype.h>
#include <langinfo.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "utf8.h"

#define LINE_SIZE   4096
#define WIDTH_LEAST 40u
#define WIDTH_MOST  1000u

static const char *const style_sequences[] = {
	[TERMINAL_PLAIN] = "",         [TERMINAL_HEADING] = "\033[1m", [TERMINAL_QUIET] = "\033[2m",
	[TERMINAL_ALERT] = "\033[31m", [TERMINAL_NOTICE] = "\033[33m",
};

static unsigned int width_clamped(unsigned long width)
{
	if (width < WIDTH_LEAST)
		return WIDTH_LEAST;
	return width > WIDTH_MOST ? WIDTH_MOST : (unsigned int)width;
}

static unsigned int width_of(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	if (columns != NULL) {
		char *end;
		unsigned long width = strtoul(columns, &end, 10);

		if (columns[0] >= '1' && columns[0] <= '9' && *end == '\0')
			return width_clamped(width);
	}
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col != 0)
		return width_clamped(size.ws_col);
	return TERMINAL_WIDTH_UNKNOWN;
}

static bool colour_is_wanted(int fd)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (no_color != NULL && no_color[0] != '\0')
		return false;
	return isatty(fd) && term != NULL && strcmp(term, "dumb") != 0;
}

void terminal_init(struct terminal *terminal, FILE *file)
{
	int fd = fileno(file);

	terminal->width = width_of(fd);
	terminal->has_colour = colour_is_wanted(fd);
	terminal->is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

const char *terminal_ellipsis(const struct terminal *terminal)
{
	return terminal->is_utf8 ? "\xe2\x80\xa6" : "..";
}

const char *terminal_micro(const struct terminal *terminal)
{
	return terminal->is_utf8 ? "\xc2\xb5" : "u";
}

const char *terminal_times(const struct terminal *terminal)
{
	return terminal->is_utf8 ? "\xc3\x97" : "x";
}

const char *terminal_dot(const struct terminal *terminal)
{
	return terminal->is_utf8 ? "\xc2\xb7" : "|";
}

static bool is_between(uint32_t value, uint32_t first, uint32_t last)
{
	return value >= first && value <= last;
}

/* C0 and C1 controls, and what reorders or hides a line (Unicode Standard Annex 9, table 4). */
static bool is_harmful(uint32_t character)
{
	return character < 0x20 || is_between(character, 0x7f, 0x9f) ||
	       is_between(character, 0x200b, 0x200f) || is_between(character, 0x2028, 0x202e) ||
	       is_between(character, 0x2060, 0x206f) || character == 0x61c || character == 0xfeff ||
	       is_between(character, 0xfff9, 0xfffb) || is_between(character, 0xe0000, 0xe0fff);
}

/* -1: not printable. */
static int character_width(const struct terminal *terminal, uint32_t character)
{
	if (is_harmful(character))
		return -1;
	if (character < 0x7f)
		return 1;
	return terminal->is_utf8 ? wcwidth((wchar_t)character) : -1;
}

/* ASCII that can be printed: one column, and shown as it is. */
static bool is_plain(char byte)
{
	return byte >= ' ' && byte <= '~';
}

void terminal_escape(const struct terminal *terminal, const char *bytes, size_t size_bytes,
		     char *text, size_t size)
{
	size_t used = 0;

	for (size_t at = 0; at < size_bytes;) {
		uint32_t character = 0;
		char hexadecimal[5];
		const char *from = bytes + at;
		size_t taken, length;

		if (is_plain(*from) && used + 2 <= size) {
			text[used++] = bytes[at++];
			continue;
		}
		taken = length = utf8_decode(from, size_bytes - at, &character);

		if (taken == 0 || character_width(terminal, character) < 0) {
			length = (size_t)snprintf(hexadecimal, sizeof hexadecimal, "\\x%02x",
						  (unsigned int)(uint8_t)bytes[at]);
			from = hexadecimal;
			taken = 1;
		}
		if (used + length + 1 > size)
			break;
		memcpy(text + used, from, length);
		used += length;
		at += taken;
	}
	text[used] = '\0';
}

/* Bytes and columns of the character at `text`; a byte that is none counts as one column. */
static size_t step(const struct terminal *terminal, const char *text, unsigned int *columns)
{
	uint32_t character = 0;
	size_t taken = utf8_decode(text, strlen(text), &character);
	int width = taken != 0 ? character_width(terminal, character) : 1;

	*columns = width > 0 ? (unsigned int)width : 0;
	return taken != 0 ? taken : 1;
}

unsigned int terminal_text_width(const struct terminal *terminal, const char *text)
{
	unsigned int width = 0;

	while (*text != '\0') {
		unsigned int columns;

		if (is_plain(*text)) {
			text++;
			width++;
			continue;
		}
		text += step(terminal, text, &columns);
		width += columns;
	}
	return width;
}

/* The byte position behind the first `width` columns. */
static size_t position_after(const struct terminal *terminal, const char *text, unsigned int width)
{
	const char *at = text;

	while (*at != '\0') {
		unsigned int columns;
		size_t taken = step(terminal, at, &columns);

		if (columns > width)
			break;
		width -= columns;
		at += taken;
	}
	return (size_t)(at - text);
}

void terminal_cut(const struct terminal *terminal, char *text, size_t size, unsigned int width)
{
	const char *ellipsis = terminal_ellipsis(terminal);
	unsigned int whole = terminal_text_width(terminal, text);
	size_t mark_size = strlen(ellipsis), head_size, tail_start, tail_size;
	unsigned int mark = terminal_text_width(terminal, ellipsis), columns;
	unsigned int kept = width > mark ? width - mark : 0;

	if (whole <= width)
		return;
	head_size = position_after(terminal, text, (kept + 1) / 2);
	tail_start = position_after(terminal, text, whole - kept / 2);
	/* a wide character across the border belongs to neither side */
	while (terminal_text_width(terminal, text + tail_start) > kept / 2)
		tail_start += step(terminal, text + tail_start, &columns);
	tail_size = strlen(text + tail_start);
	if (width < mark || head_size + mark_size + tail_size + 1 > size) {
		text[0] = '\0';
		return;
	}
	memmove(text + head_size + mark_size, text + tail_start, tail_size + 1);
	memcpy(text + head_size, ellipsis, mark_size);
}

/* A word of which less than this is left says nothing, and goes as a whole. */
#define WORD_LEFT 4u

/* Where the last word begins whose rest before `kept` is too short to be worth its mark, else 0. */
static size_t stump_start(const char *text, size_t kept)
{
	size_t start = kept;

	while (start > 0 && kept - start < WORD_LEFT && text[start] != ' ')
		start--;
	return text[start] == ' ' ? start : 0;
}

/* "app.py:12" in front: of a place the line is worth as much as the file. */
static bool has_line_number(const char *text)
{
	size_t size = strcspn(text, " "), digits = 0;

	while (digits < size && isdigit((unsigned char)text[size - 1 - digits]))
		digits++;
	return digits != 0 && digits < size && text[size - 1 - digits] == ':';
}

void terminal_cut_end(const struct terminal *terminal, char *text, size_t size, unsigned int width)
{
	const char *ellipsis = terminal_ellipsis(terminal);
	unsigned int mark = terminal_text_width(terminal, ellipsis);
	size_t kept;

	if (terminal_text_width(terminal, text) <= width)
		return;
	kept = position_after(terminal, text, width > mark ? width - mark : 0);
	if (kept < strcspn(text, " ") && has_line_number(text)) {
		text[strcspn(text, " ")] = '\0';
		terminal_cut(terminal, text, size, width);
		return;
	}
	if (width < mark || kept + strlen(ellipsis) + 1 > size)
		text[0] = '\0';
	else if (stump_start(text, kept) != 0)
		text[stump_start(text, kept)] = '\0';
	else
		strcpy(text + kept, ellipsis);
}

void terminal_print(const struct terminal *terminal, FILE *out, enum terminal_style style,
		    const char *text)
{
	if (!terminal->has_colour || style == TERMINAL_PLAIN) {
		fputs(text, out);
		return;
	}
	fprintf(out, "%s%s\033[0m", style_sequences[style], text);
}

/* Where a line may end so that it fits; the whole of a word that alone is too long. */
static size_t line_length(const struct terminal *terminal, const char *text, unsigned int width)
{
	size_t length = 0, next = strcspn(text, " ");
	char line[LINE_SIZE];

	do {
		length = next;
		next = length + strspn(text + length, " ");
		next += strcspn(text + next, " ");
		snprintf(line, sizeof line, "%.*s", (int)next, text);
	} while (text[length] != '\0' && terminal_text_width(terminal, line) <= width);
	return length;
}

void terminal_print_lines(const struct terminal *terminal, FILE *out, enum terminal_style style,
			  const char *text, unsigned int begun, unsigned int indent)
{
	unsigned int width = terminal->width > indent + 20 ? terminal->width : indent + 20;
	char line[LINE_SIZE];

	while (true) {
		size_t length = line_length(terminal, text, width - begun);

		snprintf(line, sizeof line, "%.*s", (int)length, text);
		terminal_print(terminal, out, style, line);
		fputc('\n', out);
		text += length + strspn(text + length, " ");
		if (*text == '\0')
			return;
		fprintf(out, "%*s", (int)indent, "");
		begun = indent;
	}
}
