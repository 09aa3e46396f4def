/* Connections that pile up while somebody still has them. */
#include <stdlib.h>

#include "fold.h"
#include "model.h"
#include "rule_facts.h"
#include "rule_scene.h"
#include "rule_sites.h"
#include "rule_text.h"
#include "socket_facts.h"

/* What one line has opened, or accepted, and which of that lies about when it does so last. */
struct pile {
	const struct model *model;
	const uint32_t *sockets;
	uint32_t count;
	int64_t last_ns; /* the last birth */
	int64_t end_ns;  /* when the first of those that lie about was closed; INT64_MAX never */
	bool *has;       /* by place: it lies about */
	uint32_t size, open;
};

static bool is_open_at(const struct model_socket *socket, int64_t moment_ns)
{
	return socket->closed_ns == TIME_NONE || socket->end == TRACE_END_EXIT ||
	       socket->closed_ns > moment_ns;
}

static void pile_add(struct pile *pile, uint32_t place)
{
	const struct model_socket *socket = &pile->model->sockets[pile->sockets[place]];

	pile->has[place] = true;
	pile->size++;
	if (socket->closed_ns != TIME_NONE && socket->closed_ns < pile->end_ns)
		pile->end_ns = socket->closed_ns;
}

/* Nothing can come after the last one: it is as the others are when it was closed as they were. */
static bool is_closed_alike(const struct rule_scene *scene, const struct model_socket *a,
			    const struct model_socket *b)
{
	return a->end == b->end && a->is_shut_down == b->is_shut_down &&
	       fold_digest_place(scene->symbols, a->closed_stack) ==
		       fold_digest_place(scene->symbols, b->closed_stack);
}

static void pile_fill(struct pile *pile, const struct rule_scene *scene,
		      const struct rule_site *site)
{
	const struct model_socket *sockets = pile->model->sockets;
	uint32_t last = pile->count - 1, other = 0;

	for (uint32_t i = 0; i < pile->count; i++) {
		if (!is_open_at(&sockets[pile->sockets[i]], pile->last_ns))
			continue;
		pile->open++;
		if (rule_site_is_abandoned(scene, site, i))
			pile_add(pile, i);
	}
	while (other < last && !pile->has[other])
		other++;
	if (!pile->has[last] && pile->has[other] &&
	    is_closed_alike(scene, &sockets[pile->sockets[last]], &sockets[pile->sockets[other]]))
		pile_add(pile, last);
}

/* A pool fills at the start and is used from then on; a pile goes on growing to the end. */
static bool is_spread(const struct pile *pile)
{
	const struct model_socket *sockets = pile->model->sockets;
	const struct model_process *process =
		&pile->model->processes[sockets[pile->sockets[0]].process];
	int64_t begun_ns = sockets[pile->sockets[0]].created_ns, end_ns = pile->end_ns;
	int64_t births_ns = time_between(begun_ns, pile->last_ns), whole_ns;

	if (process->ended_ns != TIME_NONE && process->ended_ns < end_ns)
		end_ns = process->ended_ns;
	whole_ns = time_between(begun_ns, end_ns != INT64_MAX ? end_ns : pile->model->ended_ns);
	return births_ns != TIME_NONE && (whole_ns == TIME_NONE || births_ns >= whole_ns / 2);
}

static int times_compare(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return a < b ? -1 : a > b;
}

/* How many were open never falls by more than a quarter, nor by what a few threads have at work. */
static bool is_never_falling_back(const struct pile *pile, const int64_t *closes, uint32_t count)
{
	uint32_t most = 0, closed = 0;

	for (uint32_t i = 0; i < pile->count; i++) {
		int64_t born_ns = pile->model->sockets[pile->sockets[i]].created_ns;
		uint32_t open;

		while (closed < count && closes[closed] <= born_ns)
			closed++;
		open = i + 1 - closed;
		if (open > most)
			most = open;
		if (open + most / 4 + 4 < most)
			return false;
	}
	return true;
}

static bool is_growing(const struct pile *pile, int64_t *closes)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < pile->count; i++) {
		const struct model_socket *socket = &pile->model->sockets[pile->sockets[i]];

		if (!is_open_at(socket, pile->last_ns))
			closes[count++] = socket->closed_ns;
	}
	qsort(closes, count, sizeof *closes, times_compare);
	return is_never_falling_back(pile, closes, count);
}

/* That the peers are gone is proof enough. */
static bool is_pile(const struct rule_scene *scene, const struct rule_site *site,
		    const struct pile *pile, int64_t *closes)
{
	return pile->size >= scene->settings->growth_least &&
	       pile->size + pile->open / 10 >= pile->open &&
	       (site->kind == RULE_SITE_SERVER || is_spread(pile)) && is_growing(pile, closes);
}

static void site_judge(struct rule_scene *scene, const struct rule_site *site, bool *has,
		       int64_t *closes)
{
	const uint32_t *sockets = scene->site_sockets + site->first;
	struct pile pile = {.model = scene->model,
			    .sockets = sockets,
			    .count = site->count,
			    .last_ns = scene->model->sockets[sockets[site->count - 1]].created_ns,
			    .end_ns = INT64_MAX,
			    .has = has};

	pile_fill(&pile, scene, site);
	if (!is_pile(scene, site, &pile, closes))
		return;
	for (uint32_t i = 0; i < site->count; i++) {
		struct rule_judgement judgement = rule_judgement_of(scene, RULE_GROWTH, sockets[i]);

		if (has[i])
			rule_judge_end(scene, &judgement);
	}
}

/* Most sites have next to nothing open at any time. */
static bool may_be_pile(const struct rule_scene *scene, const struct rule_site *site)
{
	const uint32_t *sockets = scene->site_sockets + site->first;
	const struct model_socket *rows = scene->model->sockets;
	int64_t last_ns = rows[sockets[site->count - 1]].created_ns;
	uint32_t open = 0, least = scene->settings->growth_least;

	if (site->kind == RULE_SITE_OTHER || site->count < least)
		return false;
	for (uint32_t i = site->count; i-- != 0 && open < least;)
		open += is_open_at(&rows[sockets[i]], last_ns);
	return open >= least;
}

void rule_growth(struct rule_scene *scene)
{
	for (uint32_t i = 0; i < scene->site_count && scene->is_whole; i++) {
		const struct rule_site *site = &scene->sites[i];
		int64_t *closes;
		bool *has;

		if (!may_be_pile(scene, site))
			continue;
		has = calloc(site->count, sizeof *has);
		closes = calloc(site->count, sizeof *closes);
		if (has != NULL && closes != NULL)
			site_judge(scene, site, has, closes);
		else
			scene->is_whole = false;
		free(has);
		free(closes);
	}
}

void rule_describe_growth(const struct rule_scene *scene, const struct rule_row *row, FILE *out)
{
	bool is_accepted = scene->model->sockets[row->first.socket].origin == TRACE_ORIGIN_ACCEPT;

	rule_text_sockets(scene, row, out);
	rule_text_holder(scene, row, out);
	fputs(is_accepted ? " piled up, held after their peers had closed, within "
			  : " piled up, each silent when the next was opened, within ",
	      out);
	rule_text_duration(time_between(row->first_ns, row->last_ns), out);
}
