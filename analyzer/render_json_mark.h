/* The report's "marks": what was opened while a test, or what else a program marks, was running. */
#ifndef SOCKLIFE_RENDER_JSON_MARK_H
#define SOCKLIFE_RENDER_JSON_MARK_H

struct json_stream;
struct render_input;

void render_json_marks(struct json_stream *stream, const struct render_input *input);

#endif
