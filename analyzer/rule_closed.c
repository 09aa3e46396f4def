/* Sockets that were closed, but not as they should be: twice, by a finalizer, or too late. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "model.h"
#include "rule_facts.h"
#include "rule_scene.h"
#include "rule_text.h"
#include "socket_facts.h"
#include "symbols.h"

/* ---- double-close ---- */

/* A loop over all numbers is a matter of milliseconds. */
#define SWEEP_NS INT64_C(1000000000)

static bool is_close_of_nothing(const struct model_event *event)
{
	return (event->what == TRACE_EVENT_CLOSED_AGAIN ||
		event->what == TRACE_EVENT_CLOSE_FAILED) &&
	       event->value == EBADF;
}

static bool is_swept(const struct model *model, const struct model_event *event,
		     const uint32_t *sweeps, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct model_event *sweep = &model->events[sweeps[i]];
		int64_t before_ns = time_between(event->time_ns, sweep->time_ns);

		if (before_ns != TIME_NONE && before_ns <= SWEEP_NS && event->tid == sweep->tid &&
		    model->sockets[event->socket].process == model->sockets[sweep->socket].process)
			return true;
	}
	return false;
}

static bool is_blamed(const struct model *model, const struct model_event *event)
{
	uint32_t flags = model->sockets[event->socket].flags;

	return is_close_of_nothing(event) &&
	       (flags & (TRACE_SOCKET_BRACKETED | TRACE_SOCKET_STDIO)) == 0;
}

/* Events of one process are neighbours: a sweep takes back what stands at most so far before it. */
#define SWEEPS_MAX 64

static uint32_t sweeps_list(const struct model *model, uint32_t *sweeps)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < model->events_count && count < SWEEPS_MAX; i++) {
		if (model->events[i].what == TRACE_EVENT_SWEPT)
			sweeps[count++] = i;
	}
	return count;
}

void rule_double_close(struct rule_scene *scene)
{
	const struct model *model = scene->model;
	uint32_t sweeps[SWEEPS_MAX], count = sweeps_list(model, sweeps);

	for (uint32_t i = 0; i < model->events_count; i++) {
		const struct model_event *event = &model->events[i];
		struct rule_judgement judgement;

		if (!is_blamed(model, event) || is_swept(model, event, sweeps, count))
			continue;
		judgement = rule_judgement_of(scene, RULE_DOUBLE_CLOSE, event->socket);
		judgement.stack = event->stack;
		judgement.time_ns = event->time_ns;
		judgement.number = event->fd;
		rule_judge(scene, &judgement);
	}
}

static const char *file_of(const struct frame *frame)
{
	const char *slash = strrchr(frame->file, '/');

	return slash != NULL ? slash + 1 : frame->file;
}

void rule_describe_double_close(const struct rule_scene *scene, const struct rule_row *row,
				FILE *out)
{
	const struct model_socket *socket = &scene->model->sockets[row->first.socket];
	const struct frame *before = symbols_own_frame(scene->symbols, socket->closed_stack);

	fprintf(out, "descriptor %d was closed again", row->first.number);
	if (row->count > 1)
		fprintf(out, ", and so %" PRIu32 " times", row->count);
	fputs(": it was a socket that was closed already", out);
	if (socket->closed_ns == TIME_NONE || row->first_ns < socket->closed_ns)
		return;
	fputc(' ', out);
	rule_text_duration(time_between(socket->closed_ns, row->first_ns), out);
	fputs(" before", out);
	if (before != NULL && before->file != NULL && before->line != 0)
		fprintf(out, ", at %s:%" PRIu32, file_of(before), before->line);
}

/* ---- closed-by-collector ---- */

void rule_closed_by_collector(struct rule_scene *scene)
{
	const struct model *model = scene->model;

	RULE_EACH (i, scene, RULE_KIND_OWN | RULE_KIND_FINALIZED) {
		const struct model_socket *socket = &model->sockets[i];
		bool is_listening = (socket->flags & TRACE_SOCKET_LISTENING) != 0;
		struct rule_judgement judgement;

		if (scene->is_told[i] || (!is_listening && !socket_is_connection(socket)))
			continue;
		judgement = rule_judgement_of(scene, RULE_CLOSED_BY_COLLECTOR, i);
		judgement.time_ns = socket->closed_ns;
		rule_judge_end(scene, &judgement);
	}
}

void rule_describe_closed_by_collector(const struct rule_scene *scene, const struct rule_row *row,
				       FILE *out)
{
	rule_text_sockets(scene, row, out);
	rule_text_holder(scene, row, out);
	fprintf(out,
		" %s closed by a finalizer when nothing referred to %s any more: nobody called "
		"close",
		rule_text_verb(row, "was", "were"), rule_text_verb(row, "it", "them"));
}

/* ---- outlives-owner ---- */

/*
 * Both kinds of owner in one chain: the driver in Python closes by its C handle, and what is told
 * of the two differs. A C library's handle that is destroyed takes its connection along, or gives
 * it away for good.
 */
static bool has_well_known_owners(const struct model *model, const struct model_socket *socket)
{
	return rule_has_python_owners(model, socket) || rule_has_c_owners(model, socket);
}

static bool is_outliving(const struct rule_scene *scene, uint32_t index, int64_t *late_ns)
{
	const struct model_socket *socket = &scene->model->sockets[index];
	int64_t gone_ns = rule_holders_gone_ns(scene->model, socket);
	int64_t used_ns = time_between(gone_ns, socket->last_io_ns);

	*late_ns = TIME_NONE;
	if (gone_ns == TIME_NONE || gone_ns == INT64_MAX ||
	    (socket->flags & TRACE_SOCKET_SHUT_WRITE) != 0 ||
	    (socket->end != TRACE_END_CLOSED && !socket->is_shut_down))
		return false;
	*late_ns = time_between(gone_ns, socket->closed_ns);
	/* who still uses it has it, though no object of his is known */
	return *late_ns != TIME_NONE && *late_ns > scene->settings->outlive_ns &&
	       (used_ns == TIME_NONE || used_ns <= scene->settings->outlive_ns ||
		rule_silent_since_ns(socket) <= gone_ns);
}

void rule_outlives_owner(struct rule_scene *scene)
{
	const struct model *model = scene->model;

	RULE_EACH (i, scene, RULE_KIND_CLIENT | RULE_KIND_OWNED) {
		const struct model_socket *socket = &model->sockets[i];
		struct rule_judgement judgement;
		int64_t late_ns;

		if (scene->is_told[i] || !has_well_known_owners(model, socket) ||
		    rule_is_handed_over(model, socket) || rule_is_in_other_process(scene, i) ||
		    !is_outliving(scene, i, &late_ns))
			continue;
		judgement = rule_judgement_of(scene, RULE_OUTLIVES_OWNER, i);
		judgement.time_ns = socket->closed_ns - late_ns;
		judgement.value_ns = late_ns;
		rule_judge_end(scene, &judgement);
	}
}

void rule_describe_outlives_owner(const struct rule_scene *scene, const struct rule_row *row,
				  FILE *out)
{
	rule_text_sockets(scene, row, out);
	fputs(" stayed open for ", out);
	rule_text_duration(row->most_ns, out);
	fprintf(out, " after %s was gone", scene->model->objects[row->first.object].class_name);
}
