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

bool json_stacks_init(struct json_stacks *stacks, struct symbols *symbols, uint32_t count)
{
	*stacks = (struct json_stacks){
		.symbols = symbols, .count = count, .room_bytes = STACKS_ROOM_BYTES};
	stacks->texts = calloc((size_t)count + 1, sizeof(char *));
	return stacks->texts != NULL;
}

void json_stacks_release(struct json_stacks *stacks)
{
	for (uint32_t i = 0; stacks->texts != NULL && i < stacks->count; i++)
		free(stacks->texts[i]);
	free(stacks->texts);
	stacks->texts = NULL;
}

/* The text that is kept, or is from now on; NULL when it is not. */
static const char *stack_keep(struct json_stacks *stacks, uint32_t stack)
{
	json_t *frames;
	size_t size_bytes;

	if (stack >= stacks->count || stacks->texts[stack] != NULL)
		return stack < stacks->count ? stacks->texts[stack] : NULL;
	frames = json_value_frames(stacks->symbols, stack);
	stacks->texts[stack] = frames != NULL ? json_value_dump(frames) : NULL;
	json_decref(frames);
	if (stacks->texts[stack] == NULL)
		return NULL;
	size_bytes = strlen(stacks->texts[stack]) + 1;
	if (size_bytes <= stacks->room_bytes) {
		stacks->room_bytes -= size_bytes;
		return stacks->texts[stack];
	}
	free(stacks->texts[stack]);
	stacks->texts[stack] = NULL;
	return NULL;
}

/* ---- text ---- */

static void put(const struct json_line *line, const char *bytes, size_t size_bytes)
{
	fwrite_unlocked(bytes, 1, size_bytes, line->stream->out);
}

static void key_put(struct json_line *line, const char *key)
{
	if (!line->is_first)
		put(line, ", ", 2);
	line->is_first = false;
	put(line, "\"", 1);
	put(line, key, strlen(key));
	put(line, "\": ", 3);
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

struct json_line json_line_begin(struct json_stream *stream, struct json_stacks *stacks)
{
	fputs_unlocked(stream->is_first ? "\n{" : ",\n{", stream->out);
	stream->is_first = false;
	return (struct json_line){.stream = stream, .stacks = stacks, .is_first = true};
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
		json_stream_raw(line->stream, json_value_bytes(bytes, size_bytes));
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
		json_stream_raw(line->stream, json_value_seconds(time_ns));
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
	const char *text = stack_keep(line->stacks, stack);

	key_put(line, key);
	if (text != NULL)
		put(line, text, strlen(text));
	else
		json_stream_raw(line->stream, json_value_frames(line->stacks->symbols, stack));
}
