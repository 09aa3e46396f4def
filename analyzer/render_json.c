/*
 * The report as one JSON object, in the shape that DESIGN.md's contract fixes under
 * "socklife-report/1": no key is renamed or dropped without a new schema.
 */
#include "render.h"

#include <time.h>

#include "render_json_mark.h"
#include "render_json_value.h"

#include "model.h"
#include "selection.h"
#include "socket_facts.h"
#include "summary.h"
#include "terminal.h"
#include "verdict.h"
#include "words.h"

static json_t *command_value(const struct model_process *process)
{
	json_t *array = json_array();
	bool is_whole = array != NULL;

	for (size_t i = 0; is_whole && process->arguments[i] != NULL; i++)
		is_whole = json_value_append(array, json_value_text(process->arguments[i]));
	if (is_whole)
		return array;
	json_decref(array);
	return NULL;
}

static json_t *process_value(const struct model *model, uint32_t index)
{
	const struct model_process *process = &model->processes[index];
	struct json_row row = json_row_begin();

	json_row_set(&row, "id", json_value_id('p', index));
	json_row_set(&row, "parent", json_value_id('p', process->parent));
	json_row_set(&row, "pid", json_integer(process->pid));
	json_row_set(&row, "exe", json_value_text(process->exe[0] != '\0' ? process->exe : NULL));
	json_row_set(&row, "command", command_value(process));
	json_row_set(&row, "runtime", json_value_text(process->runtime));
	json_row_set(&row, "started", json_value_seconds(process->started_ns));
	json_row_set(&row, "ended", json_value_seconds(process->ended_ns));
	json_row_set(&row, "end", json_value_text(words_process_end(process->end)));
	json_row_set(&row, "status",
		     process->status >= 0 ? json_integer(process->status) : json_null());
	json_row_set(&row, "signal",
		     process->signal_number != 0 ? json_integer(process->signal_number)
						 : json_null());
	return json_row_end(&row);
}

static json_t *address_value(const struct model_address *address)
{
	struct address_text text;

	if (!address_text_fill(address, &text))
		return json_null();
	return json_value_bytes(text.bytes, text.size_bytes);
}

/* `links` is model.owners or model.users: rows of model.links. */
static json_t *linked_objects_value(const struct model *model, const uint32_t *links,
				    uint32_t first, uint32_t count)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < count; i++) {
		const struct model_link *link = &model->links[links[first + i]];

		if (!json_value_append(array, json_value_id('o', link->object))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static void socket_set_identity(struct json_row *row, const struct model *model, uint32_t index)
{
	const struct model_socket *socket = &model->sockets[index];

	json_row_set(row, "id", json_value_id('s', index));
	json_row_set(row, "process", json_value_id('p', socket->process));
	json_row_set(row, "fd", json_integer(socket->fd));
	json_row_set(row, "cookie",
		     socket->cookie != 0 ? json_value_count(socket->cookie) : json_null());
	json_row_set(row, "family", json_value_text(words_family(socket->family)));
	json_row_set(row, "type", json_value_text(words_socket_type(socket->type)));
	json_row_set(row, "origin", json_value_text(words_origin(socket->origin)));
	json_row_set(row, "local", address_value(&socket->local));
	json_row_set(row, "peer", address_value(&socket->peer));
	json_row_set(row, "peer_name", json_value_text(socket->peer_name));
}

static void socket_set_life(struct json_row *row, const struct model_socket *socket)
{
	json_row_set(row, "created", json_value_seconds(socket->created_ns));
	json_row_set(row, "connect_started", json_value_seconds(socket->connect_started_ns));
	json_row_set(row, "connected", json_value_seconds(socket->connected_ns));
	json_row_set(row, "connect_error", json_value_error(socket->connect_error));
	json_row_set(row, "peer_closed", json_value_seconds(socket->peer_closed_ns));
	json_row_set(row, "closed", json_value_seconds(socket->closed_ns));
	json_row_set(row, "end",
		     socket->end != 0 ? json_value_text(words_end(socket->end)) : json_null());
	json_row_set(row, "tcp_state", json_value_text(socket->tcp_state));
	json_row_set(row, "error", json_value_error(socket->error));
}

static void socket_set_traffic(struct json_row *row, const struct model_socket *socket)
{
	bool has_idle = socket->longest_idle_ns != 0 && socket->longest_idle_ns != TIME_NONE;

	json_row_set(row, "bytes_sent", json_value_count(socket->bytes_sent));
	json_row_set(row, "bytes_received", json_value_count(socket->bytes_received));
	json_row_set(row, "sends", json_value_count(socket->sends));
	json_row_set(row, "receives", json_value_count(socket->receives));
	json_row_set(row, "first_io", json_value_seconds(socket->first_io_ns));
	json_row_set(row, "last_io", json_value_seconds(socket->last_io_ns));
	json_row_set(row, "longest_idle",
		     has_idle ? json_value_seconds(socket->longest_idle_ns) : json_null());
}

static json_t *socket_value(const struct render_input *input, uint32_t index)
{
	const struct model *model = input->model;
	const struct model_socket *socket = &model->sockets[index];
	struct json_row row = json_row_begin();

	socket_set_identity(&row, model, index);
	socket_set_life(&row, socket);
	socket_set_traffic(&row, socket);
	json_row_set(&row, "owners",
		     linked_objects_value(model, model->owners, socket->first_owner,
					  socket->owner_count));
	json_row_set(&row, "match",
		     json_value_text(socket->match != 0 ? words_match(socket->match) : "none"));
	json_row_set(
		&row, "users",
		linked_objects_value(model, model->users, socket->first_user, socket->user_count));
	json_row_set(&row, "opened_at",
		     json_value_frames(input->symbols, socket_opened_stack(socket)));
	json_row_set(&row, "closed_at", json_value_frames(input->symbols, socket->closed_stack));
	json_row_set(&row, "mark",
		     json_value_id('m', model->socket_marks != NULL ? model->socket_marks[index]
								    : MODEL_NONE));
	return json_row_end(&row);
}

/* `indices` is model.opened, model.used or model.open_at_end: socket indices. */
static json_t *sockets_of_value(const uint32_t *indices, uint32_t first, uint32_t count)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < count; i++) {
		if (!json_value_append(array, json_value_id('s', indices[first + i]))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

/* For people, but programs pass it on: without colour and width, always in UTF-8. */
static json_t *verdict_value(const struct model *model, uint32_t index)
{
	static const struct terminal plain = {.is_utf8 = true};
	struct verdict verdict;

	verdict_object(&verdict, &plain, model, index);
	return json_value_text(verdict.text);
}

static json_t *object_value(const struct render_input *input, uint32_t index)
{
	const struct model *model = input->model;
	const struct model_object *object = &model->objects[index];
	struct json_row row = json_row_begin();

	json_row_set(&row, "id", json_value_id('o', index));
	json_row_set(&row, "process", json_value_id('p', object->process));
	json_row_set(&row, "class", json_value_text(object->class_name));
	json_row_set(&row, "role", json_value_text(words_role(object->role)));
	json_row_set(&row, "number", json_value_count(object->number));
	json_row_set(&row, "runtime", json_value_text(words_runtime(object->runtime)));
	json_row_set(&row, "created", json_value_seconds(object->created_ns));
	json_row_set(&row, "created_at", json_value_frames(input->symbols, object->created_stack));
	json_row_set(&row, "created_by", json_value_id('o', object->parent));
	json_row_set(&row, "ended", json_value_seconds(object->ended_ns));
	json_row_set(&row, "end",
		     object->end != 0 ? json_value_text(words_object_end(object->end))
				      : json_null());
	json_row_set(&row, "connects", json_value_text(object->connects));
	json_row_set(&row, "opened",
		     sockets_of_value(model->opened, object->first_opened, object->opened_count));
	json_row_set(&row, "used",
		     sockets_of_value(model->used, object->first_used, object->used_count));
	json_row_set(&row, "open_at_end",
		     sockets_of_value(model->open_at_end, object->first_open_at_end,
				      object->open_at_end_count));
	json_row_set(&row, "verdict", verdict_value(model, index));
	return json_row_end(&row);
}

static json_t *notes_value(const struct model *model)
{
	struct coverage_note note;
	json_t *array = json_array();

	for (uint32_t i = 0; summary_note(model, i, &note); i++) {
		if (!json_value_append(array, json_value_text(note.text))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *coverage_value(const struct model *model, const struct summary *summary)
{
	struct json_row row = json_row_begin();

	json_row_set(&row, "complete", json_boolean(summary->is_complete));
	json_row_set(&row, "lost_records", json_value_count(summary->lost_records));
	json_row_set(&row, "unseen_sockets", json_value_count(summary->unseen_sockets));
	json_row_set(&row, "notes", notes_value(model));
	return json_row_end(&row);
}

/* `leaked` is a rule's judgement: null says that nobody has judged. */
static json_t *totals_value(const struct summary *summary)
{
	struct json_row row = json_row_begin();

	json_row_set(&row, "sockets", json_value_count(summary->sockets));
	json_row_set(&row, "connections", json_value_count(summary->connections));
	json_row_set(&row, "open_at_end", json_value_count(summary->open_at_end));
	json_row_set(&row, "leaked", json_null());
	json_row_set(&row, "peak_open", json_value_count(summary->peak_open));
	json_row_set(&row, "bytes_sent", json_value_count(summary->bytes_sent));
	json_row_set(&row, "bytes_received", json_value_count(summary->bytes_received));
	return json_row_end(&row);
}

static json_t *snapshot_value(const struct render_input *input, uint32_t index)
{
	const struct model_snapshot *snapshot = &input->model->snapshots[index];
	struct json_row row = json_row_begin();

	json_row_set(&row, "number", json_integer((json_int_t)index + 1));
	json_row_set(&row, "process", json_value_id('p', snapshot->process));
	json_row_set(&row, "time", json_value_seconds(snapshot->time_ns));
	json_row_set(&row, "reason", json_value_text(words_snapshot(snapshot->reason)));
	json_row_set(&row, "value", json_integer(snapshot->value));
	json_row_set(&row, "sockets", json_value_count(snapshot->held_count));
	json_row_set(&row, "at", json_value_frames(input->symbols, snapshot->stack));
	return json_row_end(&row);
}

/* RFC 3339, in UTC, to the microsecond. */
static json_t *started_value(const struct model *model)
{
	time_t seconds = (time_t)(model->started_realtime_ns / 1000000000u);
	unsigned int microseconds =
		(unsigned int)(model->started_realtime_ns % 1000000000u / 1000u);
	struct tm time;
	char text[32];

	if (model->started_realtime_ns == 0 || gmtime_r(&seconds, &time) == NULL ||
	    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &time) == 0)
		return json_null();
	return json_sprintf("%s.%06uZ", text, microseconds);
}

static void rows_write(struct json_stream *stream, const struct render_input *input)
{
	const struct model *model = input->model;

	json_stream_begin(stream, "processes");
	for (uint32_t i = 0; i < model->processes_count; i++) {
		if (selection_has_process(input->selection, model, i))
			json_stream_item(stream, process_value(model, i));
	}
	json_stream_end(stream);
	json_stream_begin(stream, "sockets");
	for (uint32_t i = 0; i < model->sockets_count; i++) {
		if (selection_has(input->selection, model, i))
			json_stream_item(stream, socket_value(input, i));
	}
	json_stream_end(stream);
	json_stream_begin(stream, "objects");
	for (uint32_t i = 0; i < model->objects_count; i++) {
		if (selection_has_process(input->selection, model, model->objects[i].process))
			json_stream_item(stream, object_value(input, i));
	}
	json_stream_end(stream);
}

static void snapshots_write(struct json_stream *stream, const struct render_input *input)
{
	const struct model *model = input->model;

	json_stream_begin(stream, "snapshots");
	for (uint32_t i = 0; i < model->snapshots_count; i++) {
		if (selection_has_process(input->selection, model, model->snapshots[i].process))
			json_stream_item(stream, snapshot_value(input, i));
	}
	json_stream_end(stream);
}

static enum status report_render(const struct render_input *input, FILE *out, struct error *error)
{
	struct json_stream stream = {.out = out, .is_first = true};
	struct summary summary;
	enum status status = summary_fill(&summary, input->model, error);

	if (status != STATUS_OK)
		return status;
	json_stream_value(&stream, "schema", json_string("socklife-report/1"));
	json_stream_value(&stream, "version", json_string(SOCKLIFE_VERSION));
	json_stream_value(&stream, "started", started_value(input->model));
	rows_write(&stream, input);
	json_stream_value(&stream, "findings", json_array()); /* no rule has judged */
	json_stream_value(&stream, "coverage", coverage_value(input->model, &summary));
	json_stream_value(&stream, "totals", totals_value(&summary));
	snapshots_write(&stream, input);
	render_json_marks(&stream, input);
	fputs("\n}\n", out);
	if (stream.failed)
		return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
	return render_finish(out, error);
}

const struct renderer renderer_json = {.name = "json", .render = report_render};
