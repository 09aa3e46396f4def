#include "render_json_rows.h"

#include "model.h"
#include "progress.h"
#include "render.h"
#include "render_json_line.h"
#include "render_json_value.h"
#include "selection.h"
#include "socket_facts.h"
#include "terminal.h"
#include "verdict.h"
#include "words.h"

static void address_write(struct json_line *line, const char *key, const struct model *model,
			  const struct model_address *address)
{
	struct address_text text;

	if (address_text_fill(model, address, &text))
		json_line_bytes(line, key, text.bytes, text.size_bytes);
	else
		json_line_null(line, key);
}

static void error_write(struct json_line *line, const char *key, int error)
{
	json_line_text(line, key, error != 0 ? words_errno(error) : NULL);
}

static void linked_objects_write(struct json_line *line, const char *key,
				 const struct model_link *links, uint32_t count)
{
	json_line_ids_begin(line, key);
	for (uint32_t i = 0; i < count; i++)
		json_line_ids_add(line, 'o', links[i].object);
	json_line_ids_end(line);
}

static void identity_write(struct json_line *line, const struct model *model, uint32_t index)
{
	const struct model_socket *socket = &model->sockets[index];
	uint64_t cookie = model_socket_cookie(socket);

	json_line_id(line, "id", 's', index);
	json_line_id(line, "process", 'p', socket->process);
	json_line_integer(line, "fd", model_socket_fd(socket));
	if (cookie != 0)
		json_line_count(line, "cookie", cookie);
	else
		json_line_null(line, "cookie");
	json_line_text(line, "family", words_family(socket->family));
	json_line_text(line, "type", words_socket_type(socket->type));
	json_line_text(line, "origin", words_origin(socket->origin));
	address_write(line, "local", model, &socket->local);
	address_write(line, "peer", model, &socket->peer);
	json_line_text(line, "peer_name", socket->peer_name);
}

static void life_write(struct json_line *line, const struct model_socket *socket)
{
	json_line_seconds(line, "created", socket->created_ns);
	json_line_seconds(line, "connect_started", socket_connect_started_ns(socket));
	json_line_seconds(line, "connected", socket_connected_ns(socket));
	error_write(line, "connect_error", socket->connect_error);
	json_line_seconds(line, "peer_closed", socket->peer_closed_ns);
	json_line_seconds(line, "closed", socket->closed_ns);
	json_line_text(line, "end", socket->end != 0 ? words_end(socket->end) : NULL);
	json_line_text(line, "tcp_state", socket_tcp_state(socket));
	error_write(line, "error", socket->error);
}

static void traffic_write(struct json_line *line, const struct model *model,
			  const struct model_socket *socket)
{
	int64_t longest_ns = model_socket_longest_idle_ns(socket);

	json_line_count(line, "bytes_sent", model_socket_bytes_sent(socket));
	json_line_count(line, "bytes_received", model_socket_bytes_received(socket));
	json_line_count(line, "sends", model_socket_sends(socket));
	json_line_count(line, "receives", model_socket_receives(socket));
	json_line_seconds(line, "first_io", model_socket_first_io_ns(model, socket));
	json_line_seconds(line, "last_io", socket->last_io_ns);
	json_line_seconds(line, "longest_idle", longest_ns != 0 ? longest_ns : TIME_NONE);
}

static void socket_write(struct json_line *line, const struct model *model, uint32_t index)
{
	const struct model_socket *socket = &model->sockets[index];

	identity_write(line, model, index);
	life_write(line, socket);
	traffic_write(line, model, socket);
	linked_objects_write(line, "owners", model->links + socket->first_owner,
			     socket->owner_count);
	json_line_text(line, "match", socket->match != 0 ? words_match(socket->match) : "none");
	linked_objects_write(line, "users", model_socket_users(model, socket), socket->user_count);
	json_line_frames(line, "opened_at", socket_opened_stack(socket));
	json_line_frames(line, "closed_at", socket->closed_stack);
	json_line_id(line, "mark", 'm',
		     model->socket_marks != NULL ? model->socket_marks[index] : MODEL_NONE);
}

/* `sockets` is in model.opened, model.used or model.open_at_end. */
static void sockets_of_write(struct json_line *line, const char *key, const uint32_t *sockets,
			     uint32_t count)
{
	json_line_ids_begin(line, key);
	for (uint32_t i = 0; i < count; i++)
		json_line_ids_add(line, 's', sockets[i]);
	json_line_ids_end(line);
}

/* For people, but programs pass it on: without colour and width, always in UTF-8. */
static void verdict_write(struct json_line *line, const struct model *model, uint32_t index)
{
	static const struct terminal plain = {.is_utf8 = true};
	struct verdict verdict;

	verdict_object(&verdict, &plain, model, index);
	json_line_text(line, "verdict", verdict.text);
}

static void object_write(struct json_line *line, const struct model *model, uint32_t index)
{
	const struct model_object *object = &model->objects[index];

	json_line_id(line, "id", 'o', index);
	json_line_id(line, "process", 'p', object->process);
	json_line_text(line, "class", object->class_name);
	json_line_text(line, "role", words_role(object->role));
	json_line_count(line, "number", object->number);
	json_line_text(line, "runtime", words_runtime(object->runtime));
	json_line_seconds(line, "created", object->created_ns);
	json_line_frames(line, "created_at", object->created_stack);
	json_line_id(line, "created_by", 'o', object->parent);
	json_line_seconds(line, "ended", object->ended_ns);
	json_line_text(line, "end", object->end != 0 ? words_object_end(object->end) : NULL);
	json_line_text(line, "connects", object->connects);
	sockets_of_write(line, "opened", model->opened + object->first_opened,
			 object->opened_count);
	sockets_of_write(line, "used", model->used + object->first_used, object->used_count);
	sockets_of_write(line, "open_at_end", model->open_at_end + object->first_open_at_end,
			 object->open_at_end_count);
	verdict_write(line, model, index);
}

void render_json_sockets(struct json_stream *stream, const struct render_input *input)
{
	const struct model *model = input->model;
	struct json_lines lines;

	stream->failed |= !json_lines_init(&lines, input->symbols, model->stacks_count);
	json_stream_begin(stream, "sockets");
	for (uint32_t i = 0; !stream->failed && i < model->sockets_count; i++) {
		if (i % PROGRESS_STRIDE == 0)
			progress_tell(model->progress, PROGRESS_RENDER, i, model->sockets_count);
		if (selection_has(input->selection, model, i)) {
			struct json_line line = json_line_begin(stream, &lines);

			socket_write(&line, model, i);
			json_line_end(&line);
		}
	}
	json_lines_flush(stream, &lines);
	json_stream_end(stream);
	json_lines_release(&lines);
}

void render_json_objects(struct json_stream *stream, const struct render_input *input)
{
	const struct model *model = input->model;
	struct json_lines lines;

	stream->failed |= !json_lines_init(&lines, input->symbols, model->stacks_count);
	json_stream_begin(stream, "objects");
	for (uint32_t i = 0; !stream->failed && i < model->objects_count; i++) {
		if (selection_has_process(input->selection, model, model->objects[i].process)) {
			struct json_line line = json_line_begin(stream, &lines);

			object_write(&line, model, i);
			json_line_end(&line);
		}
	}
	json_lines_flush(stream, &lines);
	json_stream_end(stream);
	json_lines_release(&lines);
}
