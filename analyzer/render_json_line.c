#include "render_json_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "render_json_value.h"

#define STACKS_ROOM_BYTES ((size_t)64 << 20)
#define NS_PER_S          1000000000u

/* ---- stacks ---- */

bool json_lines_init(struct json_lines *lines, struct symbols *symbols, uint32_t count)
{
	*lines = (struct json_lines){
		.symbols = symbols, .count = count, .room_bytes = STACKS_ROOM_BYTES};
	lines->texts = calloc((size_t)count + 1, sizeof(char *));
	lines->text = malloc(JSON_LINES_BYTES);
	return lines->texts != NULL && lines->text != NULL;
}

void json_lines_release(struct json_lines *lines)
{
	for (uint32_t i = 0; lines->texts != NULL && i < lines->count; i++)
		free(lines->texts[i]);
	free(lines->texts);
	free(lines->text);
	lines->texts = NULL;
	lines->text = NULL;
}

/* The text that is kept, or is from now on; NULL when it is not. */
static const char *stack_keep(struct json_lines *lines, uint32_t stack)
{
	json_t *frames;
	size_t size_bytes;

	if (stack >= lines->count || lines->texts[stack] != NULL)
		return stack < lines->count ? lines->texts[stack] : NULL;
	frames = json_value_frames(lines->symbols, stack);
	lines->texts[stack] = frames != NULL ? json_value_dump(frames) : NULL;
	json_decref(frames);
	if (lines->texts[stack] == NULL)
		return NULL;
	size_bytes = strlen(lines->texts[stack]) + 1;
	if (size_bytes <= lines->room_bytes) {
		lines->room_bytes -= size_bytes;
		return lines->texts[stack];
	}
	free(lines->texts[stack]);
	lines->texts[stack] = NULL;
	return NULL;
}

/* ---- text ---- */

void json_lines_flush(struct json_stream *stream, struct json_lines *lines)
{
	fwrite_unlocked(lines->text, 1, lines->text_bytes, stream->out);
	lines->text_bytes = 0;
}

/* Where so many bytes may be written; they count as written. At most JSON_LINES_BYTES. */
static char *room_take(const struct json_line *line, size_t size_bytes)
{
	struct json_lines *lines = line->lines;

	if (JSON_LINES_BYTES - lines->text_bytes < size_bytes)
		json_lines_flush(line->stream, lines);
	lines->text_bytes += size_bytes;
	return lines->text + lines->text_bytes - size_bytes;
}

static void put(const struct json_line *line, const char *bytes, size_t size_bytes)
{
	if (size_bytes <= JSON_LINES_BYTES) {
		memcpy(room_take(line, size_bytes), bytes, size_bytes);
		return;
	}
	json_lines_flush(line->stream, line->lines);
	fwrite_unlocked(bytes, 1, size_bytes, line->stream->out);
}

static void value_put(const struct json_line *line, json_t *value)
{
	json_lines_flush(line->stream, line->lines);
	json_stream_raw(line->stream, value);
}

#define KEY_BYTES_MAX 64 /* keys are words of the schema */

static void key_put(struct json_line *line, const char *key)
{
	size_t size_bytes = strnlen(key, KEY_BYTES_MAX);
	char *room = room_take(line, size_bytes + (line->is_first ? 4 : 6));

	if (!line->is_first) {
		memcpy(room, ", ", 2);
		room += 2;
	}
	*room++ = '"';
	memcpy(room, key, size_bytes);
	memcpy(room + size_bytes, "\": ", 3);
	line->is_first = false;
}

/* Decimal digits in front of `end`; returns where they begin. */
static char *digits_put(char *end, uint64_t number)
{
	do {
		*--end = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	return end;
}

struct json_line json_line_begin(struct json_stream *stream, struct json_lines *lines)
{
	struct json_line line = {.stream = stream, .lines = lines, .is_first = true};

	if (!stream->is_first)
		put(&line, ",", 1);
	put(&line, "\n{", 2);
	stream->is_first = false;
	return line;
}

void json_line_end(struct json_line *line)
{
	put(line, "}", 1);
}

void json_line_null(struct json_line *line, const char *key)
{
	key_put(line, key);
	put(line, "null", 4);
}

/* Nothing that JSON escapes, and no byte that could be no UTF-8. */
static bool is_plain(const char *bytes, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++) {
		if (bytes[i] < ' ' || bytes[i] > '~' || bytes[i] == '"' || bytes[i] == '\\')
			return false;
	}
	return true;
}

void json_line_bytes(struct json_line *line, const char *key, const char *bytes, size_t size_bytes)
{
	key_put(line, key);
	if (!is_plain(bytes, size_bytes)) {
		value_put(line, json_value_bytes(bytes, size_bytes));
		return;
	}
	put(line, "\"", 1);
	put(line, bytes, size_bytes);
	put(line, "\"", 1);
}

void json_line_text(struct json_line *line, const char *key, const char *text)
{
	if (text != NULL)
		json_line_bytes(line, key, text, strlen(text));
	else
		json_line_null(line, key);
}

/* ---- numbers ---- */

void json_line_integer(struct json_line *line, const char *key, int64_t number)
{
	char text[24], *end = text + sizeof text;
	uint64_t size = number < 0 ? -(uint64_t)number : (uint64_t)number;
	char *start = digits_put(end, size);

	if (number < 0)
		*--start = '-';
	key_put(line, key);
	put(line, start, (size_t)(end - start));
}

/* Counters of a damaged trace may be beyond what JSON integers of jansson hold. */
void json_line_count(struct json_line *line, const char *key, uint64_t count)
{
	json_line_integer(line, key, count > INT64_MAX ? INT64_MAX : (int64_t)count);
}

/*
 * A decimal number of at most 15 digits is what comes back when the double nearest to it is written
 * with 15 digits (DBL_DIG of C11, 5.2.4.2.2); below 0.0001 "%g" takes an exponent.
 */
static bool has_short_seconds(int64_t time_ns)
{
	return time_ns >= 100000 && time_ns < INT64_C(1000000000000000);
}

void json_line_seconds(struct json_line *line, const char *key, int64_t time_ns)
{
	char text[32], *end = text + 20;
	uint64_t rest = (uint64_t)time_ns % NS_PER_S;
	char *start;

	key_put(line, key);
	if (!has_short_seconds(time_ns)) {
		value_put(line, json_value_seconds(time_ns));
		return;
	}
	start = digits_put(end, (uint64_t)time_ns / NS_PER_S);
	*end++ = '.';
	do {
		rest *= 10;
		*end++ = (char)('0' + rest / NS_PER_S);
		rest %= NS_PER_S;
	} while (rest != 0);
	put(line, start, (size_t)(end - start));
}

/* ---- ids and frames ---- */

static void id_put(struct json_line *line, char letter, uint32_t index)
{
	char text[16], *end = text + sizeof text;
	char *start;

	if (index == MODEL_NONE) {
		put(line, "null", 4);
		return;
	}
	*--end = '"';
	start = digits_put(end, (uint64_t)index + 1);
	*--start = letter;
	*--start = '"';
	put(line, start, (size_t)(text + sizeof text - start));
}

void json_line_id(struct json_line *line, const char *key, char letter, uint32_t index)
{
	key_put(line, key);
	id_put(line, letter, index);
}

void json_line_ids_begin(struct json_line *line, const char *key)
{
	key_put(line, key);
	put(line, "[", 1);
	line->is_first = true;
}

void json_line_ids_add(struct json_line *line, char letter, uint32_t index)
{
	if (!line->is_first)
		put(line, ", ", 2);
	line->is_first = false;
	id_put(line, letter, index);
}

void json_line_ids_end(struct json_line *line)
{
	put(line, "]", 1);
	line->is_first = false;
}

void json_line_frames(struct json_line *line, const char *key, uint32_t stack)
{
	const char *text = stack_keep(line->lines, stack);

	key_put(line, key);
	if (text != NULL)
		put(line, text, strlen(text));
	else
		value_put(line, json_value_frames(line->lines->symbols, stack));
}
