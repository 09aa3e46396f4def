#include "socket_group.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fold.h"
#include "model.h"
#include "numbers.h"
#include "socket_facts.h"

enum duration { LATENCY, OPEN_FOR, IDLE };
#define DURATIONS 3

/* Where a line's values of one kind are while they are gathered: there is room for all. */
struct tally {
	size_t first;
	uint32_t count;
};

/*
 * Rows are many and large, and those of one line lie far apart: they are gone through in their
 * order, and not line by line. Once for each kind, for the room that all values would take.
 */
struct gathering {
	struct socket_groups *groups;
	struct tally *tallies; /* by sum */
	int64_t *values;
};

static int64_t duration_of(const struct model *model, const struct model_socket *socket,
			   enum duration duration)
{
	switch (duration) {
	case LATENCY:
		/* an accept has no connecting of ours to measure */
		return socket->origin == TRACE_ORIGIN_ACCEPT ? TIME_NONE
							     : socket_latency_ns(socket);
	case OPEN_FOR:
		return time_between(socket->created_ns, socket_ended_ns(model, socket));
	default:
		return socket_idle_ns(model, socket);
	}
}

static struct socket_spread *spread_of(struct socket_group *sum, enum duration duration)
{
	switch (duration) {
	case LATENCY:
		return &sum->latency;
	case OPEN_FOR:
		return &sum->open_for;
	default:
		return &sum->idle;
	}
}

static struct socket_group sum_begin(const struct model *model, uint32_t first)
{
	static const struct socket_spread none = {TIME_NONE, TIME_NONE, TIME_NONE};
	int fd = model_socket_fd(&model->sockets[first]);

	return (struct socket_group){
		.fd_least = fd, .fd_most = fd, .latency = none, .open_for = none, .idle = none};
}

static void sum_add(struct socket_group *sum, const struct model_socket *socket)
{
	int fd = model_socket_fd(socket);

	sum->bytes_sent += model_socket_bytes_sent(socket);
	sum->bytes_received += model_socket_bytes_received(socket);
	if (fd < sum->fd_least)
		sum->fd_least = fd;
	if (fd > sum->fd_most)
		sum->fd_most = fd;
}

static void spread_add(struct socket_spread *spread, int64_t value)
{
	if (spread->least == TIME_NONE || value < spread->least)
		spread->least = value;
	if (spread->most == TIME_NONE || value > spread->most)
		spread->most = value;
}

static void socket_gather(const struct model *model, const struct model_socket *socket,
			  enum duration duration, struct socket_group *sum, struct tally *tally,
			  int64_t *values)
{
	int64_t value = duration_of(model, socket, duration);

	if (duration == LATENCY)
		sum_add(sum, socket);
	if (value == TIME_NONE)
		return;
	spread_add(spread_of(sum, duration), value);
	values[tally->first + tally->count++] = value;
}

static void sum_finish(struct socket_group *sum, enum duration duration, struct tally *tally,
		       int64_t *values)
{
	if (tally->count != 0)
		spread_of(sum, duration)->median = numbers_select(values + tally->first,
								  tally->count, tally->count / 2);
	tally->count = 0;
}

static void sockets_gather(struct gathering *gathering, enum duration duration)
{
	struct socket_groups *groups = gathering->groups;
	const struct fold *fold = groups->fold;

	for (uint32_t i = 0; i < groups->model->sockets_count; i++) {
		uint32_t line = fold->keys[i] != FOLD_NOT_SHOWN ? fold->lines[fold->keys[i]]
								: MODEL_NONE;
		uint32_t sum = line != MODEL_NONE ? groups->places[line] : 0;

		if (duration != OPEN_FOR)
			model_socket_ahead(groups->model, i);
		if (line != MODEL_NONE)
			socket_gather(groups->model, &groups->model->sockets[i], duration,
				      &groups->sums[sum], &gathering->tallies[sum],
				      gathering->values);
	}
	for (uint32_t i = 0; i < groups->sum_count; i++)
		sum_finish(&groups->sums[i], duration, &gathering->tallies[i], gathering->values);
}

/* Counts the folded lines, and returns how many values there may be of one kind. */
static size_t places_fill(struct socket_groups *groups)
{
	const struct fold *fold = groups->fold;
	size_t room = 0;

	for (uint32_t i = 0; i < fold->group_count; i++) {
		groups->places[i] = MODEL_NONE;
		if (fold->groups[i].count == 1)
			continue;
		groups->places[i] = groups->sum_count++;
		room += fold->groups[i].count;
	}
	return room;
}

static bool sums_make(struct socket_groups *groups, struct gathering *gathering)
{
	const struct fold *fold = groups->fold;
	size_t room = places_fill(groups), next = 0;

	groups->sums = calloc((size_t)groups->sum_count + 1, sizeof *groups->sums);
	gathering->tallies = calloc((size_t)groups->sum_count + 1, sizeof *gathering->tallies);
	gathering->values = malloc((room + 1) * sizeof *gathering->values);
	if (groups->sums == NULL || gathering->tallies == NULL || gathering->values == NULL)
		return false;
	for (uint32_t i = 0; i < fold->group_count; i++) {
		uint32_t place = groups->places[i];

		if (place == MODEL_NONE)
			continue;
		groups->sums[place] = sum_begin(groups->model, fold->groups[i].first);
		gathering->tallies[place] = (struct tally){.first = next};
		next += fold->groups[i].count;
	}
	for (int i = 0; i < DURATIONS && groups->sum_count != 0; i++)
		sockets_gather(gathering, (enum duration)i);
	return true;
}

enum status socket_groups_init(struct socket_groups *groups, const struct model *model,
			       const struct fold *fold, struct error *error)
{
	struct gathering gathering = {.groups = groups};
	bool is_whole;

	*groups = (struct socket_groups){.model = model, .fold = fold};
	groups->places = malloc(((size_t)fold->group_count + 1) * sizeof *groups->places);
	is_whole = groups->places != NULL && sums_make(groups, &gathering);
	free(gathering.tallies);
	free(gathering.values);
	if (is_whole)
		return STATUS_OK;
	socket_groups_release(groups);
	return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
}

void socket_groups_release(struct socket_groups *groups)
{
	free(groups->sums);
	free(groups->places);
	groups->sums = NULL;
	groups->places = NULL;
}

static void alone_fill(struct socket_groups *groups, uint32_t socket)
{
	const struct model_socket *row = &groups->model->sockets[socket];
	struct tally tally = {.first = 0};
	int64_t value;

	groups->alone = sum_begin(groups->model, socket);
	for (int i = 0; i < DURATIONS; i++) {
		socket_gather(groups->model, row, (enum duration)i, &groups->alone, &tally, &value);
		sum_finish(&groups->alone, (enum duration)i, &tally, &value);
	}
}

const struct socket_group *socket_groups_ask(struct socket_groups *groups,
					     const struct fold_group *group)
{
	uint32_t place = groups->places[group - groups->fold->groups];

	if (place != MODEL_NONE)
		return &groups->sums[place];
	alone_fill(groups, group->first);
	return &groups->alone;
}
