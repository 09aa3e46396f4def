#include "render_json_findings.h"

#include "finding.h"
#include "model.h"
#include "render.h"
#include "render_json_value.h"
#include "selection.h"

static json_t *sockets_value(const struct finding *finding)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < finding->socket_count; i++) {
		if (!json_value_append(array, json_value_id('s', finding->sockets[i]))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

/* As text: JSON's numbers lose bits beyond 2^53 (RFC 8259, section 6). */
static json_t *fingerprint_value(uint64_t fingerprint)
{
	return json_sprintf("%08x%08x", (unsigned int)(fingerprint >> 32),
			    (unsigned int)fingerprint);
}

static json_t *finding_value(const struct finding *finding)
{
	struct json_row row = json_row_begin();

	json_row_set(&row, "rule", json_value_text(rule_name(finding->rule)));
	json_row_set(&row, "severity", json_value_text(finding_severity_word(finding->severity)));
	json_row_set(&row, "message", json_value_text(finding->message));
	json_row_set(&row, "process", json_value_id('p', finding->process));
	json_row_set(&row, "socket", json_value_id('s', finding->socket));
	json_row_set(&row, "object", json_value_id('o', finding->object));
	json_row_set(&row, "class", json_value_text(finding->class_name));
	json_row_set(&row, "peer", json_value_text(finding->peer));
	json_row_set(&row, "peer_name", json_value_text(finding->peer_name));
	json_row_set(&row, "count", json_integer(finding->count));
	json_row_set(&row, "first", json_value_seconds(finding->first_ns));
	json_row_set(&row, "last", json_value_seconds(finding->last_ns));
	json_row_set(&row, "at", json_value_frame(finding->at));
	json_row_set(&row, "fix", json_value_text(finding->fix));
	json_row_set(&row, "fingerprint", fingerprint_value(finding->fingerprint));
	json_row_set(&row, "sockets", sockets_value(finding));
	return json_row_end(&row);
}

void render_json_findings(struct json_stream *stream, const struct render_input *input)
{
	const struct findings *findings = input->findings;

	json_stream_begin(stream, "findings");
	for (uint32_t i = 0; findings != NULL && i < findings->count; i++) {
		const struct finding *finding = &findings->rows[i];

		if (selection_has_process(input->selection, input->model, finding->process))
			json_stream_item(stream, finding_value(finding));
	}
	json_stream_end(stream);
}
