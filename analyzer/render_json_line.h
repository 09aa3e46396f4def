/*
 * One object of an array, written key by key as text, byte for byte as jansson would write it from
 * the same values. For the rows of which a report has millions: a tree of values for each took ten
 * times as long, and the frames of a stack are put into words once. One thread.
 */
#ifndef SOCKLIFE_RENDER_JSON_LINE_H
#define SOCKLIFE_RENDER_JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_stream;
struct symbols;

#define JSON_LINES_BYTES 32768u

/* What the lines of one array share: stacks as JSON, kept as long as they are not too many, and the
 * text that is on its way to the file. */
struct json_lines {
	struct symbols *symbols;
	char **texts; /* by stack index; NULL: not kept */
	uint32_t count;
	size_t room_bytes; /* for more of them */
	char *text;
	size_t text_bytes;
};

struct json_line {
	struct json_stream *stream;
	struct json_lines *lines;
	bool is_first; /* of its keys */
};

/* False: out of memory. */
bool json_lines_init(struct json_lines *lines, struct symbols *symbols, uint32_t count);
void json_lines_release(struct json_lines *lines);
/* Before anything else is written to the stream. */
void json_lines_flush(struct json_stream *stream, struct json_lines *lines);

struct json_line json_line_begin(struct json_stream *stream, struct json_lines *lines);
void json_line_end(struct json_line *line);

/* As json_value_text() and so on: what is absent is null. */
void json_line_text(struct json_line *line, const char *key, const char *text);
void json_line_bytes(struct json_line *line, const char *key, const char *bytes, size_t size_bytes);
void json_line_count(struct json_line *line, const char *key, uint64_t count);
void json_line_integer(struct json_line *line, const char *key, int64_t number);
void json_line_seconds(struct json_line *line, const char *key, int64_t time_ns);
void json_line_id(struct json_line *line, const char *key, char letter, uint32_t index);
void json_line_frames(struct json_line *line, const char *key, uint32_t stack);
void json_line_null(struct json_line *line, const char *key);

/* An array of ids, one by one. */
void json_line_ids_begin(struct json_line *line, const char *key);
void json_line_ids_add(struct json_line *line, char letter, uint32_t index);
void json_line_ids_end(struct json_line *line);

#endif
