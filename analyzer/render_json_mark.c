#include "render_json_mark.h"

#include "mark_facts.h"
#include "model.h"
#include "render.h"
#include "render_json_value.h"

/* With is_left_only: those alone that were open still when it ended. */
static json_t *mark_sockets_value(const struct model *model, uint32_t index, bool is_left_only)
{
	const struct model_mark *mark = &model->marks[index];
	json_t *array = json_array();

	for (uint32_t i = 0; i < mark->socket_count; i++) {
		uint32_t socket = model->mark_sockets[mark->first_socket + i];

		if (is_left_only && !mark_leaves(mark, &model->sockets[socket]))
			continue;
		if (!json_value_append(array, json_value_id('s', socket))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *mark_value(const struct model *model, uint32_t index)
{
	const struct model_mark *mark = &model->marks[index];
	struct json_row row = json_row_begin();

	json_row_set(&row, "id", json_value_id('m', index));
	json_row_set(&row, "process", json_value_id('p', mark->process));
	json_row_set(&row, "pid", json_integer(mark->pid));
	json_row_set(&row, "name", json_value_text(mark->name));
	json_row_set(&row, "begun", json_value_seconds(mark->begun_ns));
	json_row_set(&row, "ended", json_value_seconds(mark->ended_ns));
	json_row_set(&row, "within", json_value_id('m', mark->enclosing));
	json_row_set(&row, "sockets", mark_sockets_value(model, index, false));
	json_row_set(&row, "open_at_end", mark_sockets_value(model, index, true));
	return json_row_end(&row);
}

void render_json_marks(struct json_stream *stream, const struct render_input *input)
{
	json_stream_begin(stream, "marks");
	for (uint32_t i = 0; i < input->model->marks_count; i++)
		json_stream_item(stream, mark_value(input->model, i));
	json_stream_end(stream);
}
