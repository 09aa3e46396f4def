/*
 * The values that the report's JSON is made of, and an array that is written item by item, so that
 * a report of millions of sockets never stands in memory. Absent values are null. jansson's
 * objects keep the order in which keys were set.
 */
#ifndef SOCKLIFE_RENDER_JSON_VALUE_H
#define SOCKLIFE_RENDER_JSON_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

struct frame;
struct symbols;

/* NULL gives null. Bytes that are no UTF-8 become the text \xNN: no information is lost, and two
 * different names stay different, as they would not with U+FFFD. */
json_t *json_value_text(const char *text);
json_t *json_value_bytes(const char *bytes, size_t size_bytes);
json_t *json_value_seconds(int64_t time_ns);
json_t *json_value_count(uint64_t count);
json_t *json_value_id(char letter, uint32_t index);  /* "s17" for 16; null for MODEL_NONE */
json_t *json_value_error(int error);                 /* an errno's name; null for 0 */
json_t *json_value_frame(const struct frame *frame); /* null for NULL */
json_t *json_value_frames(struct symbols *symbols, uint32_t stack);

/* The text that is written for a value; the caller frees it. NULL: out of memory. */
char *json_value_dump(const json_t *value);

/* Sets a key to a value that it takes over, NULL included; false when there is no memory. */
bool json_value_set(json_t *object, const char *key, json_t *value);
/* The same for the end of an array. */
bool json_value_append(json_t *array, json_t *value);

/* One object under construction; `is_whole` turns false when memory runs out. */
struct json_row {
	json_t *object;
	bool is_whole;
};

struct json_row json_row_begin(void);
/* Takes the value over. */
void json_row_set(struct json_row *row, const char *key, json_t *value);
/* Hands the object over; NULL when it is not whole. */
json_t *json_row_end(struct json_row *row);

struct json_stream {
	FILE *out;
	bool is_first; /* of its array */
	bool failed;   /* a value could not be made: no memory */
};

/* The value alone, which is taken over. */
void json_stream_raw(struct json_stream *stream, json_t *value);
/* A key of the report's one object, and its value, which is taken over. */
void json_stream_value(struct json_stream *stream, const char *key, json_t *value);
void json_stream_begin(struct json_stream *stream, const char *key);
void json_stream_item(struct json_stream *stream, json_t *item);
void json_stream_end(struct json_stream *stream);

#endif
