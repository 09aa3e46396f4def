#include "rule_sites.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fold.h"
#include "model.h"
#include "rule_facts.h"
#include "rule_scene.h"
#include "socket_facts.h"

/* A socket with what it is sorted by; digests, as in fold.c. */
struct site_key {
	uint64_t place, peer;
	int64_t created_ns;
	uint32_t process, socket;
};

static uint64_t bytes_digest(uint64_t value, const void *bytes, size_t size_bytes)
{
	const uint8_t *byte = bytes;

	for (size_t i = 0; i < size_bytes; i++)
		value = (value ^ byte[i]) * UINT64_C(0x100000001b3);
	return value;
}

/* A name stands for all its addresses: which of them answers is the resolver's choice. */
static uint64_t peer_digest(const struct model_socket *socket)
{
	const struct model_address *peer = &socket->peer;
	uint64_t value = bytes_digest(UINT64_C(0xcbf29ce484222325), &peer->port, sizeof peer->port);

	if (socket->peer_name != NULL)
		return fold_digest_text(value, socket->peer_name);
	if (peer->family == AF_UNIX)
		return peer->path != NULL ? bytes_digest(value, peer->path, peer->path_size_bytes)
					  : value;
	if (peer->family != AF_INET && peer->family != AF_INET6)
		return value;
	return bytes_digest(value, peer->bytes, sizeof peer->bytes);
}

static int keys_compare(const void *left, const void *right)
{
	const struct site_key *a = left, *b = right;

	if (a->process != b->process)
		return a->process < b->process ? -1 : 1;
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	if (a->peer != b->peer)
		return a->peer < b->peer ? -1 : 1;
	if (a->created_ns != b->created_ns)
		return a->created_ns < b->created_ns ? -1 : 1;
	return a->socket < b->socket ? -1 : a->socket > b->socket;
}

static bool is_same_site(const struct site_key *a, const struct site_key *b)
{
	return a->process == b->process && a->place == b->place && a->peer == b->peer;
}

static void sites_list(struct rule_scene *scene, const struct site_key *keys, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (i == 0 || !is_same_site(&keys[i - 1], &keys[i]))
			scene->sites[scene->site_count++].first = i;
		scene->sites[scene->site_count - 1].count++;
		scene->site_sockets[i] = keys[i].socket;
	}
	scene->site_socket_count = count;
}

static uint32_t keys_fill(const struct rule_scene *scene, struct site_key *keys)
{
	const struct model *model = scene->model;
	uint32_t count = 0;

	for (uint32_t i = 0; i < model->sockets_count; i++) {
		const struct model_socket *socket = &model->sockets[i];
		uint64_t place;

		if (!rule_is_client_connection(model, i))
			continue;
		place = fold_digest_place(scene->symbols, socket_opened_stack(socket));
		if (place == 0)
			continue; /* without a place nobody can be told where */
		keys[count++] = (struct site_key){.place = place,
						  .peer = peer_digest(socket),
						  .created_ns = socket->created_ns,
						  .process = socket->process,
						  .socket = i};
	}
	return count;
}

static bool sites_make(struct rule_scene *scene)
{
	size_t room = (size_t)scene->model->sockets_count + 1;
	struct site_key *keys = calloc(room, sizeof *keys);
	uint32_t count;

	scene->site_sockets = calloc(room, sizeof *scene->site_sockets);
	scene->sites = calloc(room, sizeof *scene->sites);
	if (keys == NULL || scene->site_sockets == NULL || scene->sites == NULL) {
		free(keys);
		return false;
	}
	count = keys_fill(scene, keys);
	qsort(keys, count, sizeof *keys, keys_compare);
	sites_list(scene, keys, count);
	free(keys);
	return true;
}

static int cookies_compare(const void *left, const void *right, void *context)
{
	const struct model *model = context;
	uint32_t row = *(const uint32_t *)left, other = *(const uint32_t *)right;
	uint64_t a = model->sockets[row].cookie, b = model->sockets[other].cookie;

	if (a != b)
		return a < b ? -1 : 1;
	return row < other ? -1 : row > other;
}

static bool has_come_from_elsewhere(const struct model_socket *socket)
{
	return socket->cookie != 0 && (socket->origin == TRACE_ORIGIN_INHERITED ||
				       socket->origin == TRACE_ORIGIN_RECEIVED);
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

bool rule_sites_init(struct rule_scene *scene)
{
	return sites_make(scene) && shared_make(scene);
}

void rule_sites_release(struct rule_scene *scene)
{
	free(scene->site_sockets);
	free(scene->sites);
	free(scene->shared_sockets);
}
