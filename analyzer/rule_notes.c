/* Notes: what is mostly in order, and worth knowing when something else is not. */
#include <errno.h>
#include <inttypes.h>

#include "model.h"
#include "object_facts.h"
#include "rule_facts.h"
#include "rule_scene.h"
#include "rule_text.h"
#include "socket_facts.h"
#include "verdict_facts.h"
#include "words.h"

/* ---- open-at-exit ---- */

static bool is_open_at_exit(const struct rule_scene *scene, uint32_t index)
{
	const struct model_socket *socket = &scene->model->sockets[index];
	bool is_listening = (socket->flags & TRACE_SOCKET_LISTENING) != 0;

	return rule_is_own_socket(scene->model, index) &&
	       (is_listening || socket_is_connection(socket)) &&
	       (socket->is_shut_down || rule_is_left_open(scene->model, index)) &&
	       rule_process_is_done(&scene->model->processes[socket->process]) &&
	       !rule_is_in_other_process(scene, index);
}

void rule_open_at_exit(struct rule_scene *scene)
{
	RULE_EACH (i, scene, RULE_KIND_OWN) {
		struct rule_judgement judgement;

		if ((scene->kinds[i] & (RULE_KIND_LEFT_OPEN | RULE_KIND_SHUT_DOWN)) == 0 ||
		    scene->is_told[i] || !is_open_at_exit(scene, i))
			continue;
		judgement = rule_judgement_of(scene, RULE_OPEN_AT_EXIT, i);
		judgement.time_ns = socket_ended_ns(scene->model, &scene->model->sockets[i]);
		rule_judge_end(scene, &judgement);
	}
}

void rule_describe_open_at_exit(const struct rule_scene *scene, const struct rule_row *row,
				FILE *out)
{
	rule_text_sockets(scene, row, out);
	rule_text_holder(scene, row, out);
	fprintf(out, " %s still open when the process ended", rule_text_verb(row, "was", "were"));
}

/* ---- never-connected ---- */

static bool has_come_to_nothing(const struct model *model, uint32_t index)
{
	const struct model_object *object = &model->objects[index];
	struct verdict_made made;

	if (object->opened_count != 0 || object->used_count != 0)
		return false;
	verdict_made_count(&made, model, index);
	return made.opener == MODEL_NONE && made.sessions + made.clients + made.engines == 0;
}

void rule_never_connected(struct rule_scene *scene)
{
	const struct model *model = scene->model;

	for (uint32_t i = 0; i < model->objects_count; i++) {
		const struct model_object *object = &model->objects[i];
		struct rule_judgement judgement = {.rule = RULE_NEVER_CONNECTED,
						   .process = object->process,
						   .socket = MODEL_NONE,
						   .object = i,
						   .stack = object->created_stack,
						   .time_ns = object->created_ns,
						   .value_ns = TIME_NONE,
						   .other = MODEL_NONE};

		/* a forked child's copy of an object is nobody's choice; C libraries copy theirs */
		if (!object_is_plumbing(object) && object->runtime == TRACE_RUNTIME_PYTHON &&
		    object->parent == MODEL_NONE && (object->flags & TRACE_OBJECT_ADOPTED) == 0 &&
		    !model->processes[object->process].is_forked &&
		    rule_process_is_done(&model->processes[object->process]) &&
		    has_come_to_nothing(model, i))
			rule_judge(scene, &judgement);
	}
}

void rule_describe_never_connected(const struct rule_scene *scene, const struct rule_row *row,
				   FILE *out)
{
	const struct model_object *object = &scene->model->objects[row->first.object];

	if (row->count == 1)
		fprintf(out, "%s #%" PRIu32 " never had a connection", object->class_name,
			object->number);
	else
		fprintf(out, "%" PRIu32 " objects of %s never had a connection", row->count,
			object->class_name);
}

/* ---- never-used ---- */

/* Of what stdio may have moved only the kernel knows, if it was asked. */
static bool is_known_unused(const struct model_socket *socket)
{
	bool is_counted = (socket->flags & TRACE_SOCKET_STREAM) == 0 ||
			  (socket->flags & TRACE_SOCKET_TCP_INFO_READ) != 0;

	return is_counted && model_socket_bytes_sent(socket) == 0 &&
	       model_socket_bytes_received(socket) == 0;
}

void rule_never_used(struct rule_scene *scene)
{
	const struct model *model = scene->model;

	RULE_EACH (i, scene, RULE_KIND_CLIENT | RULE_KIND_SILENT) {
		const struct model_socket *socket = &model->sockets[i];
		struct rule_judgement judgement;

		if (scene->is_told[i] || !is_known_unused(socket) || socket->end == 0 ||
		    socket->peer_closed_ns != TIME_NONE || socket->error != 0 ||
		    (socket->flags & TRACE_SOCKET_PASSED) != 0 ||
		    !rule_process_is_done(&model->processes[socket->process]) ||
		    rule_is_in_other_process(scene, i))
			continue;
		judgement = rule_judgement_of(scene, RULE_NEVER_USED, i);
		rule_judge(scene, &judgement);
	}
}

void rule_describe_never_used(const struct rule_scene *scene, const struct rule_row *row, FILE *out)
{
	rule_text_sockets(scene, row, out);
	rule_text_holder(scene, row, out);
	fputs(" carried nothing, in neither direction", out);
}

/* ---- connect-failed ---- */

/* A host may have several addresses, and a server may need a moment to come up. */
#define FALLBACK_NS    INT64_C(5000000000)
#define FALLBACK_REACH 16

static bool has_failed(const struct model *model, uint32_t index)
{
	const struct model_socket *socket = &model->sockets[index];

	return rule_is_own_socket(model, index) && socket->connect_error != 0 &&
	       socket->connect_error != EINPROGRESS && socket->connected_ns == TIME_NONE;
}

static bool has_fallback(const struct model *model, uint32_t index)
{
	const struct model_socket *socket = &model->sockets[index];
	uint32_t end = index + 1 + FALLBACK_REACH;

	for (uint32_t i = index + 1; i < end && i < model->sockets_count; i++) {
		const struct model_socket *next = &model->sockets[i];
		int64_t after_ns = time_between(socket->created_ns, next->created_ns);

		if (next->process == socket->process && rule_is_client_connection(model, i) &&
		    next->peer.port == socket->peer.port && after_ns != TIME_NONE &&
		    after_ns <= FALLBACK_NS)
			return true;
	}
	return false;
}

void rule_connect_failed(struct rule_scene *scene)
{
	RULE_EACH (i, scene, RULE_KIND_OWN | RULE_KIND_FAILED) {
		struct rule_judgement judgement;

		if (!has_failed(scene->model, i) || has_fallback(scene->model, i))
			continue;
		judgement = rule_judgement_of(scene, RULE_CONNECT_FAILED, i);
		judgement.number = scene->model->sockets[i].connect_error;
		rule_judge(scene, &judgement);
	}
}

void rule_describe_connect_failed(const struct rule_scene *scene, const struct rule_row *row,
				  FILE *out)
{
	rule_text_sockets(scene, row, out);
	rule_text_holder(scene, row, out);
	fprintf(out, " could not be made: %s", words_errno(row->first.number));
}

/* ---- slow-connect ---- */

void rule_slow_connect(struct rule_scene *scene)
{
	RULE_EACH (i, scene, RULE_KIND_CLIENT | RULE_KIND_SLOW) {
		const struct model_socket *socket = &scene->model->sockets[i];
		int64_t latency_ns = socket_latency_ns(socket);
		struct rule_judgement judgement;

		if (latency_ns == TIME_NONE)
			continue;
		judgement = rule_judgement_of(scene, RULE_SLOW_CONNECT, i);
		judgement.time_ns = socket->connect_started_ns;
		judgement.value_ns = latency_ns;
		rule_judge(scene, &judgement);
	}
}

void rule_describe_slow_connect(const struct rule_scene *scene, const struct rule_row *row,
				FILE *out)
{
	rule_text_sockets(scene, row, out);
	rule_text_holder(scene, row, out);
	fputs(" took ", out);
	rule_text_duration(row->most_ns, out);
	fputs(row->count == 1 ? " to connect" : " to connect at the longest", out);
}
