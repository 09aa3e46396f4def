#include "rule_sites.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fold.h"
#include "model.h"
#include "numbering.h"
#include "object_facts.h"
#include "rule_facts.h"
#include "rule_scene.h"
#include "socket_facts.h"

/* Digests, as in fold.c. */
struct site_key {
	uint64_t process, kind, place, peer;
};

/* Sites while they are found. */
struct searching {
	struct rule_scene *scene;
	struct fold_digests digests;
	struct numbering keys;
	uint32_t *numbers; /* by socket: its site's key; NUMBERING_FULL: it has none */
	uint32_t *counts;  /* by key: of sockets, then where its next one goes */
	uint32_t count_room;
};

static uint64_t bytes_digest(uint64_t value, const void *bytes, size_t size_bytes)
{
	const uint8_t *byte = bytes;

	for (size_t i = 0; i < size_bytes; i++)
		value = (value ^ byte[i]) * UINT64_C(0x100000001b3);
	return value;
}

/* A name stands for all its addresses: which of them answers is the resolver's choice. */
static uint64_t peer_digest(struct fold_digests *digests, const struct model *model,
			    const struct model_socket *socket)
{
	const struct model_address *peer = &socket->peer;
	uint64_t value = bytes_digest(UINT64_C(0xcbf29ce484222325), &peer->port, sizeof peer->port);
	uint8_t bytes[16];
	const char *path;
	size_t path_bytes;

	if (socket->peer_name != NULL)
		return fold_digests_name(digests, value, socket->peer_name);
	path = model_address_path(model, peer, &path_bytes);
	if (path != NULL)
		return bytes_digest(value, path, path_bytes);
	if (peer->family != AF_INET && peer->family != AF_INET6)
		return value;
	model_address_bytes(model, peer, bytes);
	return bytes_digest(value, bytes, sizeof bytes);
}

static bool count_one(struct searching *searching, uint32_t number)
{
	if (number >= searching->count_room) {
		uint32_t room = searching->count_room != 0 ? searching->count_room * 2 : 64;
		uint32_t *counts = reallocarray(searching->counts, room, sizeof *counts);

		if (counts == NULL)
			return false;
		memset(counts + searching->count_room, 0,
		       (room - searching->count_room) * sizeof *counts);
		searching->counts = counts;
		searching->count_room = room;
	}
	searching->counts[number]++;
	return true;
}

static bool socket_search(struct searching *searching, uint32_t index)
{
	const struct rule_scene *scene = searching->scene;
	const struct model_socket *socket = &scene->model->sockets[index];
	struct site_key key = {.process = socket->process};
	enum rule_site_kind kind;
	uint32_t number;

	searching->numbers[index] = NUMBERING_FULL;
	if (!rule_site_kind(scene, index, &kind))
		return true;
	key.kind = kind;
	key.place = fold_digests_place(&searching->digests, socket_opened_stack(socket));
	if (key.place == 0)
		return true; /* without a place nobody can be told where */
	key.peer = kind != RULE_SITE_SERVER ? peer_digest(&searching->digests, scene->model, socket)
					    : 0;
	number = numbering_of(&searching->keys, &key);
	searching->numbers[index] = number;
	return number != NUMBERING_FULL && count_one(searching, number);
}

/* The order in which sites are judged must be the same whatever the order of records was. */
static int sites_compare(const void *left, const void *right, void *context)
{
	const struct numbering *keys = context;
	const struct rule_site *site = left, *other = right;
	const struct site_key *a = numbering_key(keys, site->first),
			      *b = numbering_key(keys, other->first);

	if (a->process != b->process)
		return a->process < b->process ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return a->peer < b->peer ? -1 : a->peer > b->peer;
}

/* Sites in order, each with room for its sockets behind the ones before it. */
static bool sites_list(struct searching *searching)
{
	struct rule_scene *scene = searching->scene;
	uint32_t next = 0;

	scene->site_count = searching->keys.count;
	scene->sites = calloc((size_t)scene->site_count + 1, sizeof *scene->sites);
	if (scene->sites == NULL)
		return false;
	for (uint32_t i = 0; i < scene->site_count; i++)
		scene->sites[i].first = i;
	if (scene->site_count > 1)
		qsort_r(scene->sites, scene->site_count, sizeof *scene->sites, sites_compare,
			&searching->keys);
	for (uint32_t i = 0; i < scene->site_count; i++) {
		uint32_t number = scene->sites[i].first;
		const struct site_key *key = numbering_key(&searching->keys, number);

		scene->sites[i] = (struct rule_site){.kind = (enum rule_site_kind)key->kind,
						     .first = next,
						     .count = searching->counts[number]};
		searching->counts[number] = next;
		next += scene->sites[i].count;
	}
	scene->site_socket_count = next;
	return true;
}

static int births_compare(const void *left, const void *right, void *context)
{
	const struct model *model = context;
	uint32_t row = *(const uint32_t *)left, other = *(const uint32_t *)right;
	int64_t a = model->sockets[row].created_ns, b = model->sockets[other].created_ns;

	if (a != b)
		return a < b ? -1 : 1;
	return row < other ? -1 : row > other;
}

/* By birth. Rows are nearly always in that order; where they are not, the site is sorted. */
static bool sites_fill(struct searching *searching)
{
	struct rule_scene *scene = searching->scene;
	struct model model = *scene->model;

	scene->site_sockets = calloc((size_t)scene->site_socket_count + 1,
				     sizeof *scene->site_sockets);
	if (scene->site_sockets == NULL)
		return false;
	for (uint32_t i = 0; i < model.sockets_count; i++) {
		uint32_t number = searching->numbers[i];

		if (number != NUMBERING_FULL)
			scene->site_sockets[searching->counts[number]++] = i;
	}
	for (uint32_t i = 0; i < scene->site_count; i++) {
		uint32_t *sockets = scene->site_sockets + scene->sites[i].first;
		uint32_t count = scene->sites[i].count, at = 1;

		while (at < count && births_compare(&sockets[at - 1], &sockets[at], &model) < 0)
			at++;
		if (at < count)
			qsort_r(sockets, count, sizeof *sockets, births_compare, &model);
	}
	return true;
}

static bool sites_make(struct rule_scene *scene)
{
	struct searching searching = {.scene = scene, .keys = NUMBERING_OF(struct site_key)};
	uint32_t count = scene->model->sockets_count;
	bool is_whole;

	searching.numbers = malloc(((size_t)count + 1) * sizeof *searching.numbers);
	is_whole = fold_digests_init(&searching.digests, scene->model, scene->symbols) &&
		   searching.numbers != NULL;
	for (uint32_t i = 0; is_whole && i < count; i++)
		is_whole = socket_search(&searching, i);
	is_whole = is_whole && sites_list(&searching) && sites_fill(&searching);
	fold_digests_release(&searching.digests);
	numbering_release(&searching.keys);
	free(searching.numbers);
	free(searching.counts);
	return is_whole;
}

static int cookies_compare(const void *left, const void *right, void *context)
{
	const struct model *model = context;
	uint32_t row = *(const uint32_t *)left, other = *(const uint32_t *)right;
	uint64_t a = model_socket_cookie(&model->sockets[row]),
		 b = model_socket_cookie(&model->sockets[other]);

	if (a != b)
		return a < b ? -1 : 1;
	return row < other ? -1 : row > other;
}

static bool has_come_from_elsewhere(const struct model_socket *socket)
{
	return (socket->origin == TRACE_ORIGIN_INHERITED ||
		socket->origin == TRACE_ORIGIN_RECEIVED) &&
	       model_socket_cookie(socket) != 0;
}

/* First those that came from elsewhere, by which the others are then found. */
static bool shared_make(struct rule_scene *scene)
{
	struct model model = *scene->model;
	uint32_t count = 0, own = 0;
	uint32_t *rows = calloc((size_t)model.sockets_count + 1, sizeof *rows);

	scene->shared_sockets = rows;
	if (rows == NULL)
		return false;
	for (uint32_t i = 0; i < model.sockets_count; i++) {
		if (has_come_from_elsewhere(&model.sockets[i]))
			rows[count++] = i;
	}
	qsort_r(rows, count, sizeof *rows, cookies_compare, &model);
	scene->shared_count = count;
	for (uint32_t i = 0; count != 0 && i < model.sockets_count; i++) {
		if (!has_come_from_elsewhere(&model.sockets[i]) &&
		    rule_is_in_other_process(scene, i))
			rows[count + own++] = i;
	}
	scene->shared_count = count + own;
	qsort_r(rows, count + own, sizeof *rows, cookies_compare, &model);
	return true;
}

/* All that is asked of each row, in one pass over them. */
static bool facts_make(struct rule_scene *scene)
{
	uint32_t count = scene->model->sockets_count;

	scene->kinds = malloc(((size_t)count + 1) * sizeof *scene->kinds);
	scene->holders = malloc(((size_t)count + 1) * sizeof *scene->holders);
	if (scene->kinds == NULL || scene->holders == NULL)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		model_socket_ahead(scene->model, i);
		scene->kinds[i] = rule_kinds(scene, i);
		scene->holders[i] = object_holder(scene->model, &scene->model->sockets[i]);
	}
	return true;
}

bool rule_sites_init(struct rule_scene *scene)
{
	return facts_make(scene) && sites_make(scene) && shared_make(scene);
}

void rule_sites_release(struct rule_scene *scene)
{
	free(scene->kinds);
	free(scene->holders);
	free(scene->site_sockets);
	free(scene->sites);
	free(scene->shared_sockets);
}
