#include "policy_limits.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "policy_value.h"
#include "socket_facts.h"
#include "summary.h"
#include "symbols.h"

/* Connections that the program made, each kernel socket once, in the order of record. */
struct connections {
	uint32_t *rows; /* socket indices */
	size_t count;
};

/* ---- counting ---- */

struct cookie_row {
	uint64_t cookie;
	uint32_t socket;
};

static int order_by_cookie(const void *a, const void *b)
{
	const struct cookie_row *left = a, *right = b;

	if (left->cookie != right->cookie)
		return left->cookie < right->cookie ? -1 : 1;
	return (left->socket > right->socket) - (left->socket < right->socket);
}

static int order_by_index(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

/* A socket that a child inherited is the parent's connection; accepted ones are the peers'. */
static size_t made_collect(const struct model *model, struct cookie_row *rows)
{
	size_t count = 0;

	for (uint32_t i = 0; i < model->sockets_count; i++) {
		const struct model_socket *socket = &model->sockets[i];

		if (socket->origin == TRACE_ORIGIN_CONNECT && socket_is_connection(socket))
			rows[count++] = (struct cookie_row){model_socket_cookie(socket), i};
	}
	return count;
}

static enum status connections_init(struct connections *connections, const struct model *model,
				    struct error *error)
{
	struct cookie_row *rows = calloc((size_t)model->sockets_count + 1, sizeof *rows);
	size_t count;

	connections->count = 0;
	connections->rows = calloc((size_t)model->sockets_count + 1, sizeof *connections->rows);
	if (rows == NULL || connections->rows == NULL) {
		free(rows);
		free(connections->rows);
		return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
	}
	count = made_collect(model, rows);
	qsort(rows, count, sizeof *rows, order_by_cookie);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || rows[i].cookie == 0 || rows[i].cookie != rows[i - 1].cookie)
			connections->rows[connections->count++] = rows[i].socket;
	}
	qsort(connections->rows, connections->count, sizeof *connections->rows, order_by_index);
	free(rows);
	return STATUS_OK;
}

static bool has_peer(const struct model *model, const struct model_socket *socket, const char *glob)
{
	struct address_text peer;

	if (policy_glob_matches(glob, socket->peer_name))
		return true;
	return address_text_fill(model, &socket->peer, &peer) &&
	       policy_glob_matches(glob, peer.bytes);
}

static uint64_t object_connections(const struct model *model, const struct model_object *object)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < object->opened_count; i++)
		count += socket_is_connection(
			&model->sockets[model->opened[object->first_opened + i]]);
	return count;
}

/* ---- breaches ---- */

static struct policy_breach *breach_add(struct policy_breaches *breaches, enum policy_key key,
					uint64_t actual, uint64_t allowed)
{
	struct policy_breach *rows = reallocarray(breaches->rows, breaches->count + 1,
						  sizeof *rows);

	if (rows == NULL)
		return NULL;
	breaches->rows = rows;
	rows[breaches->count] = (struct policy_breach){
		.key = key, .actual = actual, .allowed = allowed, .process = MODEL_NONE};
	return &rows[breaches->count++];
}

/* breach_add() has failed when it is NULL. */
static __attribute__((format(printf, 2, 3))) bool breach_tell(struct policy_breach *breach,
							      const char *format, ...)
{
	va_list arguments;

	if (breach == NULL)
		return false;
	va_start(arguments, format);
	vsnprintf(breach->message, sizeof breach->message, format, arguments);
	va_end(arguments);
	return true;
}

static bool open_measure(struct policy_breaches *breaches, const struct policy *policy,
			 const struct policy_measure *measure)
{
	uint64_t peak = measure->summary->peak_open;

	if (peak <= policy->max_open)
		return true;
	return breach_tell(breach_add(breaches, POLICY_MAX_OPEN, peak, policy->max_open),
			   "%" PRIu64 " socket%s open at the same time, at most %" PRIu64 " may be",
			   peak, peak == 1 ? "" : "s", policy->max_open);
}

static bool leaked_measure(struct policy_breaches *breaches, const struct policy *policy,
			   const struct policy_measure *measure)
{
	if (measure->leaked <= policy->max_leaked)
		return true;
	return breach_tell(
		breach_add(breaches, POLICY_MAX_LEAKED, measure->leaked, policy->max_leaked),
		"%" PRIu64 " socket%s leaked, at most %" PRIu64 " may", measure->leaked,
		measure->leaked == 1 ? "" : "s", policy->max_leaked);
}

static bool peer_measure(struct policy_breaches *breaches, const struct policy_limit *limit,
			 const struct policy_measure *measure,
			 const struct connections *connections)
{
	const struct model *model = measure->model;
	struct policy_breach *breach;
	uint32_t beyond = MODEL_NONE;
	uint64_t count = 0;

	for (size_t i = 0; i < connections->count; i++) {
		uint32_t socket = connections->rows[i];

		if (has_peer(model, &model->sockets[socket], limit->glob) &&
		    ++count == limit->most + 1)
			beyond = socket;
	}
	if (beyond == MODEL_NONE)
		return true;
	breach = breach_add(breaches, POLICY_MAX_CONNECTIONS, count, limit->most);
	if (breach == NULL)
		return false;
	breach->glob = limit->glob;
	breach->process = model->sockets[beyond].process;
	breach->at = symbols_own_frame(measure->symbols,
				       socket_opened_stack(&model->sockets[beyond]));
	return breach_tell(breach,
			   "%" PRIu64 " connection%s to %s, at most %" PRIu64 " may be made", count,
			   count == 1 ? "" : "s", limit->glob, limit->most);
}

static bool object_breach(struct policy_breaches *breaches, const struct policy_limit *limit,
			  const struct policy_measure *measure, uint32_t worst, uint64_t objects)
{
	const struct model_object *object = &measure->model->objects[worst];
	uint64_t count = object_connections(measure->model, object);
	struct policy_breach *breach = breach_add(breaches, POLICY_MAX_CONNECTS_PER, count,
						  limit->most);
	char others[64] = "";

	if (breach == NULL)
		return false;
	if (objects > 1)
		snprintf(others, sizeof others, "; %" PRIu64 " objects made more", objects);
	breach->glob = limit->glob;
	breach->process = object->process;
	breach->at = symbols_own_frame(measure->symbols, object->created_stack);
	return breach_tell(breach,
			   "%s #%" PRIu32 " made %" PRIu64 " connection%s, at most %" PRIu64
			   " may be%s",
			   object->class_name, object->number, count, count == 1 ? "" : "s",
			   limit->most, others);
}

static bool objects_measure(struct policy_breaches *breaches, const struct policy_limit *limit,
			    const struct policy_measure *measure)
{
	const struct model *model = measure->model;
	uint64_t most = limit->most, objects = 0;
	uint32_t worst = MODEL_NONE;

	for (uint32_t i = 0; i < model->objects_count; i++) {
		uint64_t count;

		if (!policy_glob_matches(limit->glob, model->objects[i].class_name))
			continue;
		count = object_connections(model, &model->objects[i]);
		objects += count > limit->most;
		if (count > most) {
			most = count;
			worst = i;
		}
	}
	return worst == MODEL_NONE || object_breach(breaches, limit, measure, worst, objects);
}

static bool globs_measure(struct policy_breaches *breaches, const struct policy *policy,
			  const struct policy_measure *measure,
			  const struct connections *connections)
{
	bool is_whole = true;

	for (size_t i = 0; i < policy->max_connections.count; i++)
		is_whole &= peer_measure(breaches, &policy->max_connections.rows[i], measure,
					 connections);
	for (size_t i = 0; i < policy->max_connects_per.count; i++)
		is_whole &= objects_measure(breaches, &policy->max_connects_per.rows[i], measure);
	return is_whole;
}

enum status policy_breaches_init(struct policy_breaches *breaches, const struct policy *policy,
				 const struct policy_measure *measure, struct error *error)
{
	struct connections connections;
	bool is_whole;
	enum status status = connections_init(&connections, measure->model, error);

	*breaches = (struct policy_breaches){0};
	if (status != STATUS_OK)
		return status;
	is_whole = open_measure(breaches, policy, measure) &&
		   leaked_measure(breaches, policy, measure) &&
		   globs_measure(breaches, policy, measure, &connections);
	free(connections.rows);
	if (is_whole)
		return STATUS_OK;
	policy_breaches_release(breaches);
	return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
}

void policy_breaches_release(struct policy_breaches *breaches)
{
	free(breaches->rows);
	*breaches = (struct policy_breaches){0};
}
