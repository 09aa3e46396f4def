#include "render_json_value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "symbols.h"
#include "utf8.h"
#include "words.h"

/* 15 significant digits: nanoseconds for eleven days, and no 0.1000000000000001. */
#define DUMP_FLAGS (JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY)

static size_t valid_size(const char *bytes, size_t size_bytes)
{
	size_t at = 0, taken;
	uint32_t character;

	while ((taken = utf8_decode(bytes + at, size_bytes - at, &character)) != 0)
		at += taken;
	return at;
}

/* `escaped` has room for four characters a byte. */
static size_t bytes_escape(const char *bytes, size_t size_bytes, char *escaped)
{
	size_t used = 0;

	for (size_t at = 0; at < size_bytes;) {
		size_t valid = valid_size(bytes + at, size_bytes - at);

		memcpy(escaped + used, bytes + at, valid);
		used += valid;
		at += valid;
		if (at == size_bytes)
			break;
		snprintf(escaped + used, 5, "\\x%02x", (unsigned int)(uint8_t)bytes[at++]);
		used += 4;
	}
	return used;
}

json_t *json_value_bytes(const char *bytes, size_t size_bytes)
{
	char *escaped;
	json_t *value;

	if (valid_size(bytes, size_bytes) == size_bytes)
		return json_stringn_nocheck(bytes, size_bytes);
	escaped = malloc(size_bytes * 4 + 1);
	if (escaped == NULL)
		return NULL;
	value = json_stringn_nocheck(escaped, bytes_escape(bytes, size_bytes, escaped));
	free(escaped);
	return value;
}

json_t *json_value_text(const char *text)
{
	return text != NULL ? json_value_bytes(text, strlen(text)) : json_null();
}

json_t *json_value_seconds(int64_t time_ns)
{
	return time_ns != TIME_NONE ? json_real((double)time_ns / 1e9) : json_null();
}

/* Counters of a damaged trace may be beyond what JSON integers of jansson hold. */
json_t *json_value_count(uint64_t count)
{
	return json_integer(count > INT64_MAX ? INT64_MAX : (json_int_t)count);
}

json_t *json_value_id(char letter, uint32_t index)
{
	if (index == MODEL_NONE)
		return json_null();
	return json_sprintf("%c%" PRIu64, letter, (uint64_t)index + 1);
}

json_t *json_value_error(int error)
{
	return error != 0 ? json_string(words_errno(error)) : json_null();
}

bool json_value_set(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new_nocheck(object, key, value) == 0;
}

bool json_value_append(json_t *array, json_t *value)
{
	return json_array_append_new(array, value) == 0;
}

static json_t *frame_value(const struct frame *frame)
{
	json_t *value = json_object();
	bool is_set = json_value_set(value, "kind",
				     json_string(frame->is_native ? "native" : "python"));

	is_set &= json_value_set(value, "function", json_value_text(frame->function));
	is_set &= json_value_set(value, "file", json_value_text(frame->file));
	is_set &= json_value_set(value, "line",
				 frame->line != 0 ? json_integer(frame->line) : json_null());
	is_set &= json_value_set(value, "module", json_value_text(frame->module));
	is_set &= json_value_set(value, "offset",
				 frame->is_native ? json_value_count(frame->offset) : json_null());
	if (is_set)
		return value;
	json_decref(value);
	return NULL;
}

json_t *json_value_frame(const struct frame *frame)
{
	return frame != NULL ? frame_value(frame) : json_null();
}

json_t *json_value_frames(struct symbols *symbols, uint32_t stack)
{
	const struct frame *frames = NULL;
	size_t count = symbols_stack(symbols, stack, &frames);
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++) {
		if (!json_value_append(array, frame_value(&frames[i]))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

struct json_row json_row_begin(void)
{
	return (struct json_row){.object = json_object(), .is_whole = true};
}

void json_row_set(struct json_row *row, const char *key, json_t *value)
{
	row->is_whole &= json_value_set(row->object, key, value);
}

json_t *json_row_end(struct json_row *row)
{
	if (row->is_whole)
		return row->object;
	json_decref(row->object);
	return NULL;
}

void json_stream_raw(struct json_stream *stream, json_t *value)
{
	if (value == NULL)
		stream->failed = true;
	else
		json_dumpf(value, stream->out, DUMP_FLAGS); /* the stream keeps its own error */
	json_decref(value);
}

char *json_value_dump(const json_t *value)
{
	return json_dumps(value, DUMP_FLAGS);
}

void json_stream_value(struct json_stream *stream, const char *key, json_t *value)
{
	fprintf(stream->out, "%s\n\"%s\": ", stream->is_first ? "{" : ",", key);
	stream->is_first = false;
	json_stream_raw(stream, value);
}

void json_stream_begin(struct json_stream *stream, const char *key)
{
	fprintf(stream->out, "%s\n\"%s\": [", stream->is_first ? "{" : ",", key);
	stream->is_first = true;
}

void json_stream_item(struct json_stream *stream, json_t *item)
{
	fputs(stream->is_first ? "\n" : ",\n", stream->out);
	stream->is_first = false;
	json_stream_raw(stream, item);
}

void json_stream_end(struct json_stream *stream)
{
	fputs("]", stream->out);
	stream->is_first = false;
}
