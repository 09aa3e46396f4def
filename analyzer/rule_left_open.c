/* Sockets that nobody can close any more. */
#include <string.h>

#include "model.h"
#include "rule_facts.h"
#include "rule_scene.h"
#include "rule_sites.h"
#include "rule_text.h"
#include "socket_facts.h"

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
static bool may_be_lost_by_number(const struct rule_scene *scene, const struct rule_site *site,
				  uint32_t socket)
{
	const struct model_socket *row = &scene->model->sockets[socket];
	unsigned int left = site->kind == RULE_SITE_OTHER ? RULE_KIND_DESCRIPTOR_LEFT
							  : RULE_KIND_LEFT_OPEN;
	const char *runtime;

	if ((scene->kinds[socket] & left) == 0 || rule_is_in_other_process(scene, socket))
		return false;
	runtime = scene->model->processes[row->process].runtime;
	if (strcmp(runtime, "python") == 0)
		return (row->flags & TRACE_SOCKET_SHUT_DOWN) != 0 &&
		       !rule_has_live_python_holder(scene->model, row);
	return strcmp(runtime, "native") == 0;
}

/* Clients that one pool has are as many as it needs; those of a server come and go by themselves.
 */
static bool is_lost(const struct rule_scene *scene, const struct rule_site *site, uint32_t place)
{
	uint32_t socket = scene->site_sockets[site->first + place];

	return may_be_lost_by_number(scene, site, socket) &&
	       (site->kind != RULE_SITE_SERVER || rule_site_is_abandoned(scene, site, place));
}

static void site_judge_lost(struct rule_scene *scene, const struct rule_site *site)
{
	const uint32_t *sockets = scene->site_sockets + site->first;
	uint32_t left = 0, abandoned = 0;

	for (uint32_t i = 0; i < site->count; i++) {
		if (!is_lost(scene, site, i))
			continue;
		left++;
		abandoned += rule_site_is_abandoned(scene, site, i);
	}
	if (left < 2 || abandoned == 0)
		return;
	for (uint32_t i = 0; i < site->count; i++) {
		struct rule_judgement judgement;

		if (!is_lost(scene, site, i))
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
