/* The findings of the report's JSON. Private to render_json.c. */
#ifndef SOCKLIFE_RENDER_JSON_FINDINGS_H
#define SOCKLIFE_RENDER_JSON_FINDINGS_H

struct json_stream;
struct render_input;

/* Those of the processes that the selection shows. */
void render_json_findings(struct json_stream *stream, const struct render_input *input);

#endif
