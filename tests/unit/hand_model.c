#include "hand_model.h"

#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "render.h"
#include "symbols.h"

static void row_check(uint32_t count)
{
	cr_assert_lt(count, HAND_ROWS_MAX, "the hand-made model has no room for more rows");
}

void hand_init(struct hand_model *hand)
{
	memset(hand, 0, sizeof *hand);
	hand->model.processes = hand->processes;
	hand->model.sockets = hand->sockets;
	hand->model.objects = hand->objects;
	hand->model.links = hand->links;
	hand->model.notes = hand->notes;
	hand->model.losses = hand->losses;
	hand->model.codes = hand->codes;
	hand->model.class_names = hand->class_names;
	hand->model.stacks = hand->stacks;
	hand->model.places = hand->places;
	hand->model.opened = hand->indices;
	hand->model.used = hand->indices;
	hand->model.open_at_end = hand->indices;
	hand->model.started_realtime_ns = UINT64_C(1700000000123456789);
	hand->model.ended_ns = 2 * HAND_S;
	hand->arguments[0] = "/usr/bin/python3";
	hand->arguments[1] = "app.py";
	hand_process(hand, 100)->is_root = true;
}

struct model_process *hand_process(struct hand_model *hand, uint32_t pid)
{
	struct model_process *process = &hand->processes[hand->model.processes_count];

	row_check(hand->model.processes_count++);
	*process = (struct model_process){
		.file = "100.0.trace",
		.parent = process == hand->processes ? MODEL_NONE : 0,
		.pid = pid,
		.exe = "/usr/bin/python3",
		.cwd = "/srv",
		.arguments = hand->arguments,
		.runtime = "python",
		.ended_ns = 2 * HAND_S,
		.end = TRACE_PROCESS_END_EXIT,
	};
	return process;
}

struct model_socket *hand_socket(struct hand_model *hand)
{
	struct model_socket *socket = &hand->sockets[hand->model.sockets_count];
	struct trace_socket *record = &hand->records[hand->model.sockets_count];
	int64_t created_ns = 100 * HAND_MS;

	row_check(hand->model.sockets_count++);
	*record = (struct trace_socket){
		.fd = 3,
		.bytes_sent = 512,
		.bytes_received = 2048,
		.sends = 1,
		.receives = 2,
		.first_io_ns = (uint64_t)(created_ns + 10 * HAND_MS),
		.longest_idle_ns = 20 * HAND_MS,
	};
	*socket = (struct model_socket){
		.family = AF_INET,
		.type = SOCK_STREAM,
		.origin = TRACE_ORIGIN_CONNECT,
		.parent = MODEL_NONE,
		.flags = TRACE_SOCKET_CONNECTED,
		.peer = {.family = AF_INET, .port = 5432, .inet = {127, 0, 0, 1}},
		.created_ns = created_ns,
		.connect_started_ns = created_ns,
		.connected_ns = created_ns + 2 * HAND_MS + HAND_MS / 10,
		.peer_closed_ns = TIME_NONE,
		.closed_ns = created_ns + HAND_S,
		.end = TRACE_END_CLOSED,
		.last_io_ns = created_ns + 500 * HAND_MS,
		.opened_stack = MODEL_NONE,
		.connect_stack = MODEL_NONE,
		.closed_stack = MODEL_NONE,
		.record = record,
	};
	return socket;
}

struct trace_socket *hand_record(const struct model_socket *socket)
{
	return (struct trace_socket *)(uintptr_t)socket->record;
}

struct model_object *hand_object(struct hand_model *hand, const char *class_name)
{
	struct model_object *object = &hand->objects[hand->model.objects_count];

	row_check(hand->model.objects_count++);
	hand->class_names[hand->model.class_names_count++] = class_name;
	*object = (struct model_object){
		.class_name = class_name,
		.number = 1,
		.role = TRACE_ROLE_SESSION,
		.runtime = TRACE_RUNTIME_PYTHON,
		.parent = MODEL_NONE,
		.constructed_ns = TIME_NONE,
		.ended_ns = TIME_NONE,
		.created_stack = MODEL_NONE,
		.connects = "never",
	};
	return object;
}

uint32_t hand_stack(struct hand_model *hand, const char *file, const char *function, uint32_t line)
{
	uint32_t index = hand->model.stacks_count++, id = index + 1;

	row_check(index);
	hand->model.codes_count = id;
	hand->codes[index] =
		(struct model_code){.id = id, .file = file, .function = function, .line = 1};
	hand->frames[index] = TRACE_FRAME_MAKE(id, line);
	hand->stacks[index] = (struct model_stack){.frames = &hand->frames[index],
						   .frame_count = 1};
	return index;
}

void hand_note(struct hand_model *hand, const char *text, bool is_gap)
{
	row_check(hand->model.notes_count);
	hand->notes[hand->model.notes_count++] = (struct model_note){.is_gap = is_gap,
								     .text = text};
}

void hand_lost(struct hand_model *hand, enum trace_lost_reason reason, uint64_t count)
{
	row_check(hand->model.losses_count);
	hand->losses[hand->model.losses_count++] = (struct model_lost){.reason = reason,
								       .count = count};
}

static char *rendered(struct hand_model *hand, const char *format, bool with_stacks)
{
	struct render_input input = {
		.model = &hand->model, .selection = &hand->selection, .with_stacks = with_stacks};
	const struct renderer *renderer = renderer_find(format);
	struct error error = {0};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	cr_assert_not_null(renderer, "there is no renderer %s", format);
	cr_assert_eq(symbols_new(&input.symbols, &hand->model, &error), STATUS_OK);
	cr_assert_eq(renderer->render(&input, out, &error), STATUS_OK, "%s", error.reason);
	cr_assert_eq(fclose(out), 0);
	symbols_free(input.symbols);
	return text;
}

char *hand_render(struct hand_model *hand, const char *format)
{
	return rendered(hand, format, false);
}

char *hand_render_stacks(struct hand_model *hand)
{
	return rendered(hand, "text", true);
}

json_t *hand_report(struct hand_model *hand)
{
	char *text = rendered(hand, "json", false);
	json_error_t error;
	json_t *report = json_loads(text, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);

	cr_assert_not_null(report, "line %d: %s in %s", error.line, error.text, text);
	free(text);
	return report;
}

json_t *hand_row(const json_t *report, const char *list, size_t index)
{
	json_t *row = json_array_get(json_object_get(report, list), index);

	cr_assert_not_null(row, "there is no row %zu in %s", index, list);
	return row;
}
