/* The report's "sockets" and "objects", written row by row. */
#ifndef SOCKLIFE_RENDER_JSON_ROWS_H
#define SOCKLIFE_RENDER_JSON_ROWS_H

struct json_stream;
struct render_input;

void render_json_sockets(struct json_stream *stream, const struct render_input *input);
void render_json_objects(struct json_stream *stream, const struct render_input *input);

#endif
