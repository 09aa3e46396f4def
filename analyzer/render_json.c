/*
 * The report as one JSON object, in the shape that DESIGN.md's contract fixes under
 * "socklife-report/1": no key is renamed or dropped without a new schema.
 */
#include "render.h"

#include <time.h>

#include "finding.h"
#include "render_json_findings.h"
#include "render_json_mark.h"
#include "render_json_rows.h"
#include "render_json_value.h"

#include "model.h"
#include "selection.h"
#include "summary.h"
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
static json_t *totals_value(const struct summary *summary, const struct findings *findings)
{
	struct json_row row = json_row_begin();

	json_row_set(&row, "sockets", json_value_count(summary->sockets));
	json_row_set(&row, "connections", json_value_count(summary->connections));
	json_row_set(&row, "open_at_end", json_value_count(summary->open_at_end));
	json_row_set(&row, "leaked",
		     findings != NULL ? json_integer(findings->leaked_count) : json_null());
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
	render_json_sockets(stream, input);
	render_json_objects(stream, input);
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
	render_json_findings(&stream, input);
	json_stream_value(&stream, "coverage", coverage_value(input->model, &summary));
	json_stream_value(&stream, "totals", totals_value(&summary, input->findings));
	snapshots_write(&stream, input);
	render_json_marks(&stream, input);
	fputs("\n}\n", out);
	if (stream.failed)
		return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
	return render_finish(out, error);
}

const struct renderer renderer_json = {.name = "json", .render = report_render};
