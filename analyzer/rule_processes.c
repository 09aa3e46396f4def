/* Connections that more than one process has: by fork, or by exec without close-on-exec. */

#include "model.h"
#include "process_text.h"
#include "rule_facts.h"
#include "rule_scene.h"
#include "rule_text.h"
#include "terminal.h"

/* What several processes have of one socket: neighbours in shared_sockets, the opener's first. */
struct share {
	const uint32_t *rows;
	uint32_t count;
	uint32_t opener; /* row that connected or accepted it; MODEL_NONE: nobody recorded */
};

static bool share_next(const struct rule_scene *scene, uint32_t *place, struct share *share)
{
	const struct model_socket *sockets = scene->model->sockets;
	const uint32_t *rows = scene->shared_sockets + *place;
	uint32_t left = scene->shared_count - *place;

	*share = (struct share){.rows = rows, .opener = MODEL_NONE};
	while (share->count < left && model_socket_cookie(&sockets[rows[share->count]]) ==
					      model_socket_cookie(&sockets[rows[0]])) {
		if (rule_is_own_connection(scene->model, rows[share->count]))
			share->opener = rows[share->count];
		share->count++;
	}
	*place += share->count;
	return share->count != 0;
}

/* ---- shared-across-fork ---- */

static bool has_io(const struct model *model, const struct model_socket *socket)
{
	return model_socket_first_io_ns(model, socket) != TIME_NONE &&
	       socket->last_io_ns != TIME_NONE;
}

/* One process may only send and the other only receive, each a direction of its own. */
static bool is_split(const struct model_socket *a, const struct model_socket *b)
{
	return (model_socket_sends(a) == 0 || model_socket_sends(b) == 0) &&
	       (model_socket_receives(a) == 0 || model_socket_receives(b) == 0);
}

static bool is_at_once(const struct model *model, const struct model_socket *a,
		       const struct model_socket *b)
{
	return model_socket_first_io_ns(model, a) <= b->last_io_ns &&
	       model_socket_first_io_ns(model, b) <= a->last_io_ns;
}

/*
 * A server may hand an accepted connection to a child and go on with it when the child is done, as
 * sshd does; a client whose connection comes back from a child finds it in another state.
 */
static bool is_shared_use(const struct model *model, const struct model_socket *opener,
			  const struct model_socket *other)
{
	if (opener == other || opener->process == other->process || !has_io(model, opener) ||
	    !has_io(model, other) || is_split(opener, other))
		return false;
	if (opener->origin == TRACE_ORIGIN_CONNECT && model->processes[other->process].is_forked)
		return opener->last_io_ns > other->created_ns;
	return is_at_once(model, opener, other);
}

static uint32_t shared_with(const struct model *model, const struct share *share)
{
	for (uint32_t i = 0; i < share->count; i++) {
		for (uint32_t j = i + 1; j < share->count; j++) {
			const struct model_socket *a = &model->sockets[share->rows[i]];
			const struct model_socket *b = &model->sockets[share->rows[j]];
			bool is_siblings = a->origin == TRACE_ORIGIN_INHERITED;

			if (is_siblings &&
			    (!has_io(model, a) || !has_io(model, b) || is_split(a, b) ||
			     a->process == b->process || !is_at_once(model, a, b)))
				continue;
			if (is_siblings || is_shared_use(model, a, b))
				return share->rows[j];
		}
	}
	return MODEL_NONE;
}

void rule_shared_across_fork(struct rule_scene *scene)
{
	const struct model *model = scene->model;
	uint32_t place = 0;
	struct share share;

	while (share_next(scene, &place, &share)) {
		struct rule_judgement judgement;
		uint32_t other;

		if (share.opener == MODEL_NONE)
			continue;
		other = shared_with(model, &share);
		if (other == MODEL_NONE)
			continue;
		judgement = rule_judgement_of(scene, RULE_SHARED_ACROSS_FORK, share.opener);
		judgement.time_ns = model_socket_first_io_ns(model, &model->sockets[other]);
		judgement.other = model->sockets[other].process;
		rule_judge(scene, &judgement);
	}
}

void rule_describe_shared_across_fork(const struct rule_scene *scene, const struct rule_row *row,
				      FILE *out)
{
	rule_text_sockets(scene, row, out);
	rule_text_holder(scene, row, out);
	fprintf(out, " %s used by two processes that a fork had left with the same socket",
		rule_text_verb(row, "was", "were"));
}

/* ---- inherited-by-exec ---- */

/* A program that talks over it was given it on purpose. */
static bool is_leaked_into(const struct model *model, const struct model_socket *socket)
{
	return socket->origin == TRACE_ORIGIN_INHERITED && model_socket_fd(socket) > 2 &&
	       !model->processes[socket->process].is_forked && !has_io(model, socket) &&
	       (socket->flags & TRACE_SOCKET_STDIO) == 0;
}

void rule_inherited_by_exec(struct rule_scene *scene)
{
	const struct model *model = scene->model;
	uint32_t place = 0;
	struct share share;

	while (share_next(scene, &place, &share)) {
		for (uint32_t i = 0; i < share.count; i++) {
			const struct model_socket *socket = &model->sockets[share.rows[i]];
			struct rule_judgement judgement;

			if (share.opener == MODEL_NONE ||
			    !rule_is_client_connection(model, share.opener) ||
			    !is_leaked_into(model, socket))
				continue;
			judgement = rule_judgement_of(scene, RULE_INHERITED_BY_EXEC, share.opener);
			judgement.time_ns = socket->created_ns;
			judgement.other = socket->process;
			rule_judge(scene, &judgement);
		}
	}
}

void rule_describe_inherited_by_exec(const struct rule_scene *scene, const struct rule_row *row,
				     FILE *out)
{
	static const struct terminal plain = {.is_utf8 = true};
	char name[128];

	process_text_name(&plain, scene->model, row->first.other, name, sizeof name);
	rule_text_sockets(scene, row, out);
	rule_text_holder(scene, row, out);
	fprintf(out, " went into %s, which was started without closing %s and never used %s", name,
		rule_text_verb(row, "it", "them"), rule_text_verb(row, "it", "them"));
}
