/* Connections that nobody closes: leaked ones, and such as pile up while somebody still has them.
 */
#include <string.h>

#include "model.h"
#include "rule_facts.h"
#include "rule_scene.h"
#include "rule_text.h"
#include "socket_facts.h"

/* ---- leaked ---- */

/* Python closes what nobody reaches any more; what is open behind its shutdown, it had lost. */
static bool is_lost_by_python(const struct rule_scene *scene, uint32_t socket)
{
	const struct model_socket *row = &scene->model->sockets[socket];
	int64_t gone_ns = rule_holders_gone_ns(scene->model, row);

	return (row->flags & TRACE_SOCKET_SHUT_DOWN) != 0 &&
	       rule_has_python_owners(scene->model, row) && gone_ns != TIME_NONE &&
	       gone_ns != INT64_MAX && !rule_is_handed_over(scene->model, row);
}

/* Only where its fd alone is the hold on a socket does a count of them say anything. */
static bool may_be_lost_by_number(const struct rule_scene *scene, uint32_t socket)
{
	const struct model_socket *row = &scene->model->sockets[socket];
	const char *runtime = scene->model->processes[row->process].runtime;

	if ((scene->kinds[socket] & RULE_KIND_LEFT_OPEN) == 0 ||
	    rule_is_in_other_process(scene, socket))
		return false;
	if (strcmp(runtime, "python") == 0)
		return (row->flags & TRACE_SOCKET_SHUT_DOWN) != 0 &&
		       !rule_has_live_python_holder(scene->model, row);
	return strcmp(runtime, "native") == 0;
}

/*
 * A pool takes an idle connection before it opens another one. So one that had fallen silent when
 * the same line opened the next, and that nobody ever used again, is forgotten.
 */
static bool is_superseded(const struct rule_scene *scene, const uint32_t *sockets, uint32_t count,
			  uint32_t place)
{
	const struct model_socket *sockets_rows = scene->model->sockets;

	return place + 1 < count && rule_silent_since_ns(&sockets_rows[sockets[place]]) <=
					    sockets_rows[sockets[place + 1]].created_ns;
}

static void site_judge_lost(struct rule_scene *scene, const struct rule_site *site)
{
	const uint32_t *sockets = scene->site_sockets + site->first;
	uint32_t left = 0, superseded = 0;

	for (uint32_t i = 0; i < site->count; i++) {
		if (!may_be_lost_by_number(scene, sockets[i]))
			continue;
		left++;
		superseded += is_superseded(scene, sockets, site->count, i);
	}
	if (left < 2 || superseded == 0)
		return;
	for (uint32_t i = 0; i < site->count; i++) {
		struct rule_judgement judgement;

		if (!may_be_lost_by_number(scene, sockets[i]))
			continue;
		judgement = rule_judgement_of(scene, RULE_LEAKED, sockets[i]);
		rule_judge_end(scene, &judgement);
	}
}

void rule_leaked(struct rule_scene *scene)
{
	RULE_EACH (i, scene, RULE_KIND_CONNECTION | RULE_KIND_LEFT_OPEN) {
		struct rule_judgement judgement;

		if (rule_is_in_other_process(scene, i) || !is_lost_by_python(scene, i))
			continue;
		judgement = rule_judgement_of(scene, RULE_LEAKED, i);
		rule_judge_end(scene, &judgement);
	}
	for (uint32_t i = 0; i < scene->site_count; i++)
		site_judge_lost(scene, &scene->sites[i]);
}

void rule_describe_leaked(const struct rule_scene *scene, const struct rule_row *row, FILE *out)
{
	rule_text_sockets(scene, row, out);
	if (row->first.object == MODEL_NONE)
		fprintf(out, " %s never closed, and nothing uses %s any more",
			rule_text_verb(row, "was", "were"), rule_text_verb(row, "it", "them"));
	else
		fprintf(out, " %s open at the end, and nobody is left to close %s: %s",
			rule_text_verb(row, "was", "were"), rule_text_verb(row, "it", "them"),
			"opened by");
	if (row->first.object != MODEL_NONE)
		fprintf(out, " %s", scene->model->objects[row->first.object].class_name);
}

/* ---- growth ---- */

static bool is_open_at(const struct model_socket *socket, int64_t moment_ns)
{
	return socket->closed_ns == TIME_NONE || socket->end == TRACE_END_EXIT ||
	       socket->closed_ns > moment_ns;
}

/* Until the first of them was closed: whoever closes them has ended the piling. */
static int64_t site_end_ns(const struct model *model, const uint32_t *sockets, uint32_t count)
{
	const struct model_process *process = &model->processes[model->sockets[sockets[0]].process];
	int64_t last_ns = model->sockets[sockets[count - 1]].created_ns;
	int64_t end_ns = process->ended_ns != TIME_NONE ? process->ended_ns : model->ended_ns;

	for (uint32_t i = 0; i < count; i++) {
		int64_t closed_ns = model->sockets[sockets[i]].closed_ns;

		if (closed_ns >= last_ns && (end_ns == TIME_NONE || closed_ns < end_ns))
			end_ns = closed_ns;
	}
	return end_ns;
}

/* A pool fills at the start and is used from then on; a pile goes on growing to the end. */
static bool is_spread(const struct model *model, const uint32_t *sockets, uint32_t count)
{
	int64_t first_ns = model->sockets[sockets[0]].created_ns;
	int64_t births_ns = time_between(first_ns, model->sockets[sockets[count - 1]].created_ns);
	int64_t whole_ns = time_between(first_ns, site_end_ns(model, sockets, count));

	return births_ns != TIME_NONE && (whole_ns == TIME_NONE || births_ns >= whole_ns / 2);
}

static bool is_pile(const struct rule_scene *scene, const struct rule_site *site)
{
	const struct model *model = scene->model;
	const uint32_t *sockets = scene->site_sockets + site->first;
	const struct model_socket *last = &model->sockets[sockets[site->count - 1]];
	uint32_t closed_most = site->count / 10, closed = 0, superseded = 0;

	if (site->count < scene->settings->growth_least)
		return false;
	for (uint32_t i = 0; i < site->count && closed <= closed_most; i++) {
		closed += !is_open_at(&model->sockets[sockets[i]], last->created_ns);
		superseded += is_superseded(scene, sockets, site->count, i);
	}
	return site->count - closed >= scene->settings->growth_least && closed <= closed_most &&
	       superseded >= site->count - site->count / 10 - 1 &&
	       is_spread(model, sockets, site->count);
}

void rule_growth(struct rule_scene *scene)
{
	for (uint32_t i = 0; i < scene->site_count; i++) {
		const struct rule_site *site = &scene->sites[i];
		const uint32_t *sockets = scene->site_sockets + site->first;

		if (scene->is_told[sockets[0]] || !is_pile(scene, site))
			continue;
		for (uint32_t j = 0; j < site->count; j++) {
			struct rule_judgement judgement = rule_judgement_of(scene, RULE_GROWTH,
									    sockets[j]);

			rule_judge_end(scene, &judgement);
		}
	}
}

void rule_describe_growth(const struct rule_scene *scene, const struct rule_row *row, FILE *out)
{
	rule_text_sockets(scene, row, out);
	rule_text_holder(scene, row, out);
	fputs(" piled up, each silent when the next was opened, within ", out);
	rule_text_duration(time_between(row->first_ns, row->last_ns), out);
}
