#include "socket_group.h"

#include <stdlib.h>
#include <string.h>

#include "fold.h"
#include "model.h"
#include "numbers.h"
#include "socket_facts.h"

#define KEPT_LEAST 64 /* of a group that is kept: so few others are no work */

enum status socket_groups_init(struct socket_groups *groups, const struct model *model,
			       const struct fold *fold, struct error *error)
{
	uint32_t most = 1;

	*groups = (struct socket_groups){.model = model, .fold = fold};
	for (uint32_t i = 0; i < fold->group_count; i++) {
		if (fold->groups[i].count > most)
			most = fold->groups[i].count;
		groups->kept_room += fold->groups[i].count >= KEPT_LEAST;
	}
	groups->values = malloc(most * sizeof *groups->values);
	groups->kept = calloc((size_t)groups->kept_room + 1, sizeof *groups->kept);
	if (groups->values != NULL && groups->kept != NULL)
		return STATUS_OK;
	socket_groups_release(groups);
	return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
}

void socket_groups_release(struct socket_groups *groups)
{
	free(groups->values);
	free(groups->kept);
	groups->values = NULL;
	groups->kept = NULL;
}

/* An accept has no connecting of ours to measure. */
static int64_t latency_of(const struct model *model, const struct model_socket *socket)
{
	(void)model;
	return socket->origin == TRACE_ORIGIN_ACCEPT ? TIME_NONE : socket_latency_ns(socket);
}

static int64_t open_for_of(const struct model *model, const struct model_socket *socket)
{
	return time_between(socket->created_ns, socket_ended_ns(model, socket));
}

static struct socket_spread spread_of(struct socket_groups *groups, const struct fold_group *group,
				      int64_t (*value_of)(const struct model *model,
							  const struct model_socket *socket))
{
	struct socket_spread spread = {TIME_NONE, TIME_NONE, TIME_NONE};
	int64_t *values = groups->values;
	size_t count = 0;

	for (uint32_t i = group->first; i != MODEL_NONE; i = groups->fold->next[i]) {
		int64_t value = value_of(groups->model, &groups->model->sockets[i]);

		if (value == TIME_NONE)
			continue;
		if (count == 0 || value < spread.least)
			spread.least = value;
		if (count == 0 || value > spread.most)
			spread.most = value;
		values[count++] = value;
	}
	if (count != 0)
		spread.median = numbers_select(values, count, count / 2);
	return spread;
}

static void group_sum(const struct socket_groups *groups, struct socket_group *sum)
{
	const struct model_socket *sockets = groups->model->sockets;

	sum->fd_least = sum->fd_most = sockets[sum->first].fd;
	for (uint32_t i = sum->first; i != MODEL_NONE; i = groups->fold->next[i]) {
		sum->bytes_sent += sockets[i].bytes_sent;
		sum->bytes_received += sockets[i].bytes_received;
		if (sockets[i].fd < sum->fd_least)
			sum->fd_least = sockets[i].fd;
		if (sockets[i].fd > sum->fd_most)
			sum->fd_most = sockets[i].fd;
	}
}

static int order_by_first(const void *key, const void *kept)
{
	uint32_t first = *(const uint32_t *)key;
	const struct socket_group *group = kept;

	return (first > group->first) - (first < group->first);
}

static bool can_keep(const struct socket_groups *groups, const struct fold_group *group)
{
	uint32_t count = groups->kept_count;

	return group->count >= KEPT_LEAST && count < groups->kept_room &&
	       (count == 0 || groups->kept[count - 1].first < group->first);
}

const struct socket_group *socket_groups_ask(struct socket_groups *groups,
					     const struct fold_group *group)
{
	struct socket_group *found = NULL;

	if (group->count >= KEPT_LEAST)
		found = bsearch(&group->first, groups->kept, groups->kept_count,
				sizeof *groups->kept, order_by_first);
	if (found != NULL)
		return found;
	found = can_keep(groups, group) ? &groups->kept[groups->kept_count++] : &groups->last;
	*found = (struct socket_group){.first = group->first};
	group_sum(groups, found);
	found->latency = spread_of(groups, group, latency_of);
	found->open_for = spread_of(groups, group, open_for_of);
	found->idle = spread_of(groups, group, socket_idle_ns);
	return found;
}
