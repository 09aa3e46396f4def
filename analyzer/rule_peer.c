/* What a program does with a connection that its peer has ended. */
#include <errno.h>

#include "model.h"
#include "rule_facts.h"
#include "rule_scene.h"
#include "rule_text.h"
#include "socket_facts.h"
#include "verdict_facts.h"

/* ---- close-wait ---- */

/* A pool that looks at a connection only when it is wanted again may rest on a dead one. */
#define POOLED_TIMES 60

static bool is_held_to_the_end(const struct model *model, const struct model_socket *socket)
{
	return model_socket_is_open_at_end(socket) &&
	       rule_process_is_done(&model->processes[socket->process]);
}

/* From the peer's FIN, or from our own last use behind it (a half-closed connection is of use). */
static int64_t held_ns(const struct model *model, const struct model_socket *socket)
{
	int64_t since_ns = socket->peer_closed_ns;

	if (socket->last_io_ns != TIME_NONE && rule_silent_since_ns(socket) > since_ns)
		since_ns = rule_silent_since_ns(socket);
	return time_between(since_ns, socket_ended_ns(model, socket));
}

static bool is_held_too_long(const struct rule_scene *scene, const struct model_socket *socket,
			     int64_t duration_ns)
{
	const struct finding_settings *settings = scene->settings;

	if (duration_ns == TIME_NONE)
		return false;
	if (rule_is_pooled(scene->model, socket))
		return duration_ns / POOLED_TIMES > settings->close_wait_ns;
	if (is_held_to_the_end(scene->model, socket) && duration_ns > settings->grace_ns)
		return true;
	return duration_ns > settings->close_wait_ns;
}

void rule_close_wait(struct rule_scene *scene)
{
	const struct model *model = scene->model;

	RULE_EACH (i, scene, RULE_KIND_CONNECTION | RULE_KIND_PEER_CLOSED) {
		const struct model_socket *socket = &model->sockets[i];
		struct rule_judgement judgement;
		int64_t duration_ns;

		if (scene->is_told[i] || !verdict_is_server_closed(socket) || socket->error != 0 ||
		    (socket->flags & (TRACE_SOCKET_SHUT_WRITE | TRACE_SOCKET_PASSED)) != 0 ||
		    rule_is_in_other_process(scene, i))
			continue;
		duration_ns = held_ns(model, socket);
		if (!is_held_too_long(scene, socket, duration_ns))
			continue;
		judgement = rule_judgement_of(scene, RULE_CLOSE_WAIT, i);
		judgement.time_ns = socket->peer_closed_ns;
		judgement.value_ns = duration_ns;
		rule_judge_end(scene, &judgement);
	}
}

void rule_describe_close_wait(const struct rule_scene *scene, const struct rule_row *row, FILE *out)
{
	rule_text_sockets(scene, row, out);
	rule_text_holder(scene, row, out);
	fprintf(out, " %s held open for ", rule_text_verb(row, "was", "were"));
	rule_text_duration(row->most_ns, out);
	fputs(" after the peer had closed", out);
}

/* ---- stale-use ---- */

/* More than a request that crosses the peer's FIN on its way, and than the clocks differ. */
#define CROSSING_NS INT64_C(20000000)

/* Without an error the peer had closed its half only, and took what was sent. */
static bool is_used_when_told(const struct model_socket *socket)
{
	return socket->is_stale_used && (socket->error == EPIPE || socket->error == ECONNRESET);
}

/* The last use; a goodbye is none, unless the program waited for an answer or went on sending. */
static int64_t last_used_ns(const struct model *model, const struct model_socket *socket)
{
	bool has_waited = socket->is_end_seen &&
			  model_socket_stale_io_ns(model, socket) == TIME_NONE;

	return socket->is_send_refused || has_waited ? socket->last_io_ns
						     : rule_silent_since_ns(socket);
}

/*
 * The program had not looked for the peer's FIN: what it sent was answered by a reset. A pool finds
 * out so what it has; servers are used to it.
 */
static int64_t used_unseen_ns(const struct model *model, const struct model_socket *socket)
{
	if (socket->origin != TRACE_ORIGIN_CONNECT || socket->error != EPIPE ||
	    (socket->flags & TRACE_SOCKET_SHUT_WRITE) != 0 || socket->last_io_ns == TIME_NONE ||
	    rule_is_pooled(model, socket))
		return TIME_NONE;
	return time_between(socket->peer_closed_ns, last_used_ns(model, socket));
}

void rule_stale_use(struct rule_scene *scene)
{
	const struct model *model = scene->model;

	RULE_EACH (i, scene, RULE_KIND_CONNECTION | RULE_KIND_STALE) {
		const struct model_socket *socket = &model->sockets[i];
		struct rule_judgement judgement;
		int64_t late_ns, stale_ns;

		late_ns = used_unseen_ns(model, socket);
		if (!is_used_when_told(socket) && late_ns <= CROSSING_NS)
			continue;
		judgement = rule_judgement_of(scene, RULE_STALE_USE, i);
		stale_ns = model_socket_stale_io_ns(model, socket);
		judgement.time_ns = stale_ns;
		judgement.value_ns = time_between(socket->peer_closed_ns, stale_ns);
		if (stale_ns == TIME_NONE) {
			judgement.time_ns = last_used_ns(model, socket);
			judgement.value_ns = late_ns;
		}
		rule_judge(scene, &judgement);
	}
}

void rule_describe_stale_use(const struct rule_scene *scene, const struct rule_row *row, FILE *out)
{
	const struct model *model = scene->model;
	bool was_told = model_socket_stale_io_ns(model, &model->sockets[row->first.socket]) !=
			TIME_NONE;

	rule_text_sockets(scene, row, out);
	rule_text_holder(scene, row, out);
	fprintf(out, " %s used ", rule_text_verb(row, "was", "were"));
	if (was_told)
		fputs("again ", out);
	rule_text_duration(row->most_ns, out);
	fputs(was_told ? " after its end, which the program had been told"
		       : " after the peer had closed",
	      out);
}
