/* Clients that are used less, or by more, than they are made for: over time, or at one time. */
#include <inttypes.h>
#include <string.h>

#include "model.h"
#include "object_facts.h"
#include "rule_facts.h"
#include "rule_scene.h"
#include "rule_text.h"
#include "socket_facts.h"

/* ---- no-reuse ---- */

/* Most servers have dropped an idle connection after that. */
#define REUSE_NS_MAX INT64_C(30000000000)

/* Who mostly closes first at this place? A race is won by the other side now and then. */
static bool races_are_ours(const struct rule_scene *scene, const uint32_t *sockets, uint32_t count)
{
	uint32_t ours = 0, raced = 0;

	for (uint32_t i = 0; i < count; i++) {
		unsigned int kinds = scene->kinds[sockets[i]];

		if ((kinds & RULE_KIND_ONE_EXCHANGE) == 0)
			continue;
		if ((kinds & RULE_KIND_SERVER_CLOSED) == 0)
			ours++;
		else
			raced += (kinds & RULE_KIND_RACED) != 0;
	}
	return raced < ours;
}

static bool is_one_exchange(const struct rule_scene *scene, uint32_t socket, bool with_raced)
{
	unsigned int kinds = scene->kinds[socket];

	return (kinds & RULE_KIND_ONE_EXCHANGE) != 0 &&
	       ((kinds & RULE_KIND_SERVER_CLOSED) == 0 ||
		(with_raced && (kinds & RULE_KIND_RACED) != 0));
}

/* What the next connection of the same place is compared with. */
struct exchange {
	bool is_one;
	uint32_t holder;
	int64_t created_ns, closed_ns;
};

static struct exchange exchange_of(const struct rule_scene *scene, uint32_t socket, bool with_raced)
{
	const struct model_socket *row = &scene->model->sockets[socket];

	return (struct exchange){
		.is_one = is_one_exchange(scene, socket, with_raced),
		.holder = scene->holders[socket],
		.created_ns = row->created_ns,
		.closed_ns = row->closed_ns,
	};
}

/* One client that makes several connections would have used the first again, had it been let. */
static bool might_have_been_one(const struct exchange *earlier, const struct exchange *later)
{
	int64_t gap_ns = time_between(earlier->closed_ns, later->created_ns);

	return earlier->is_one && later->is_one && gap_ns != TIME_NONE && gap_ns <= REUSE_NS_MAX &&
	       (earlier->holder == MODEL_NONE || earlier->holder != later->holder);
}

static const char *holder_class(const struct rule_scene *scene, uint32_t socket)
{
	uint32_t holder = scene->holders[socket];

	return holder != MODEL_NONE ? scene->model->objects[holder].class_name : NULL;
}

/* How many of a chain have a holder of that class, which those of one class share by address. */
struct class_count {
	const char *class_name;
	uint32_t count; /* 0: not counted yet */
};

static uint32_t class_count_of(const struct rule_scene *scene, const uint32_t *sockets,
			       uint32_t count, struct class_count counted[2], const char *name)
{
	struct class_count *slot = &counted[counted[0].count != 0 && counted[0].class_name != name];

	if (slot->count != 0 && slot->class_name == name)
		return slot->count;
	*slot = (struct class_count){.class_name = name};
	for (uint32_t i = 0; i < count; i++)
		slot->count += holder_class(scene, sockets[i]) == name;
	return slot->count;
}

/*
 * Judges a chain of so many, unless they are only counted; how many of them make one. Clients of a
 * class that is there less often are told of by nobody: like judgements are of one class.
 */
static uint32_t chain_judge(struct rule_scene *scene, const uint32_t *sockets, uint32_t count,
			    bool is_counted_only)
{
	struct class_count counted[2] = {{NULL, 0}, {NULL, 0}};

	if (count < scene->settings->no_reuse_least)
		return 0;
	for (uint32_t i = 0; !is_counted_only && i < count; i++) {
		struct rule_judgement judgement = rule_judgement_of(scene, RULE_NO_REUSE,
								    sockets[i]);

		if (class_count_of(scene, sockets, count, counted,
				   holder_class(scene, sockets[i])) >=
		    scene->settings->no_reuse_least)
			rule_judge(scene, &judgement);
	}
	return count;
}

#define AHEAD 8

static uint32_t chains_judge(struct rule_scene *scene, const struct rule_site *site,
			     bool with_raced, bool is_counted_only)
{
	const uint32_t *sockets = scene->site_sockets + site->first;
	struct exchange earlier = exchange_of(scene, sockets[0], with_raced), later;
	uint32_t first = 0, chained = 0;

	for (uint32_t i = 1; i < site->count; i++) {
		/* rows of one site lie far apart: ask for some of them ahead */
		if (i + AHEAD < site->count)
			__builtin_prefetch(&scene->model->sockets[sockets[i + AHEAD]]);
		later = exchange_of(scene, sockets[i], with_raced);
		if (!might_have_been_one(&earlier, &later)) {
			chained += chain_judge(scene, sockets + first, i - first, is_counted_only);
			first = i;
		}
		earlier = later;
	}
	return chained + chain_judge(scene, sockets + first, site->count - first, is_counted_only);
}

/* Where most work side by side, that a few came one after another is the scheduler's choice. */
static void site_judge_reuse(struct rule_scene *scene, const struct rule_site *site)
{
	bool with_raced = races_are_ours(scene, scene->site_sockets + site->first, site->count);
	uint32_t chained = chains_judge(scene, site, with_raced, true);

	if (chained != 0 && chained >= site->count / 2)
		chains_judge(scene, site, with_raced, false);
}

void rule_no_reuse(struct rule_scene *scene)
{
	for (uint32_t i = 0; i < scene->site_count; i++) {
		if (scene->sites[i].kind == RULE_SITE_CLIENT)
			site_judge_reuse(scene, &scene->sites[i]);
	}
}

void rule_describe_no_reuse(const struct rule_scene *scene, const struct rule_row *row, FILE *out)
{
	rule_text_sockets(scene, row, out);
	fputs(" one after another, a new one", out);
	if (row->first.object != MODEL_NONE)
		fprintf(out, " by a new %s", scene->model->objects[row->first.object].class_name);
	fputs(" for each exchange, within ", out);
	rule_text_duration(time_between(row->first_ns, row->last_ns), out);
}

/* ---- shared-across-threads ---- */

static uint32_t opener_tid(const struct model *model, const struct model_socket *socket)
{
	return socket->owner_count != 0 ? model->links[socket->first_owner].tid : 0;
}

/* What the clock that dates I/O may lag behind: a tick of the kernel's, of 10 ms at the most. */
#define TICK_NS INT64_C(10000000)

static bool is_same_peer(const struct model *model, const struct model_socket *a,
			 const struct model_socket *b)
{
	if (a->peer.family != b->peer.family || a->peer.port != b->peer.port)
		return false;
	if (a->peer_name != NULL && b->peer_name != NULL)
		return strcmp(a->peer_name, b->peer_name) == 0;
	return model_address_is_same(model, &a->peer, &b->peer);
}

/*
 * A pool opens a second connection to the same peer only while the first is at work. So when
 * another thread opened it, and the first was used until then, both were inside the object.
 */
static bool is_overlap(const struct model *model, const struct model_socket *first,
		       const struct model_socket *second)
{
	uint32_t first_tid = opener_tid(model, first), second_tid = opener_tid(model, second);

	return first_tid != second_tid && first_tid != 0 && second_tid != 0 &&
	       is_same_peer(model, first, second) && first->connect_started_ns != TIME_NONE &&
	       first->last_io_ns != TIME_NONE && first->last_io_ns + TICK_NS > second->created_ns &&
	       model_socket_receives(first) != 0 &&
	       (first->closed_ns == TIME_NONE || first->closed_ns > second->created_ns);
}

/* How many before it may still be at work when one is opened: keeps the search linear. */
#define OVERLAP_REACH 16

static uint32_t overlap_of(const struct model *model, const struct model_object *object)
{
	const uint32_t *opened = model->opened + object->first_opened;

	for (uint32_t i = 1; i < object->opened_count; i++) {
		for (uint32_t j = i > OVERLAP_REACH ? i - OVERLAP_REACH : 0; j < i; j++) {
			if (rule_is_client_connection(model, opened[i]) &&
			    is_overlap(model, &model->sockets[opened[j]],
				       &model->sockets[opened[i]]))
				return opened[i];
		}
	}
	return MODEL_NONE;
}

/* Two calls on it were seen at the same time: at the place of the second one. */
static void overlap_judge(struct rule_scene *scene, uint32_t index)
{
	const struct model_object *object = &scene->model->objects[index];
	const struct model_overlap *overlap = &scene->model->overlaps[object->overlap - 1];

	rule_judge(scene, &(struct rule_judgement){.rule = RULE_SHARED_ACROSS_THREADS,
						   .process = object->process,
						   .socket = MODEL_NONE,
						   .object = index,
						   .stack = overlap->stack,
						   .time_ns = overlap->time_ns,
						   .value_ns = TIME_NONE,
						   .other = MODEL_NONE});
}

void rule_shared_across_threads(struct rule_scene *scene)
{
	const struct model *model = scene->model;

	for (uint32_t i = 0; i < model->objects_count; i++) {
		const struct model_object *object = &model->objects[i];
		struct rule_judgement judgement;
		uint32_t socket;

		if ((object->flags & TRACE_OBJECT_ONE_THREAD) == 0)
			continue;
		if (object->overlap != 0) {
			overlap_judge(scene, i);
			continue;
		}
		if (object_is_plumbing(object))
			continue;
		socket = overlap_of(model, object);
		if (socket == MODEL_NONE)
			continue;
		judgement = rule_judgement_of(scene, RULE_SHARED_ACROSS_THREADS, socket);
		judgement.object = i;
		judgement.stack = object->created_stack;
		rule_judge(scene, &judgement);
	}
}

void rule_describe_shared_across_threads(const struct rule_scene *scene, const struct rule_row *row,
					 FILE *out)
{
	const struct model_object *object = &scene->model->objects[row->first.object];

	if (row->count == 1)
		fprintf(out, "%s #%" PRIu32 " was", object->class_name, object->number);
	else
		fprintf(out, "%" PRIu32 " objects of %s were", row->count, object->class_name);
	fputs(" used by two threads at the same time, and is not made for that", out);
}
