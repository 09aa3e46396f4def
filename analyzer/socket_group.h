/*
 * What the sockets of one folded line come to: sums, and least, median and most of their durations.
 * One thread.
 */
#ifndef SOCKLIFE_SOCKET_GROUP_H
#define SOCKLIFE_SOCKET_GROUP_H

#include <stdint.h>

#include "error.h"

struct fold;
struct fold_group;
struct model;

struct socket_spread {
	int64_t least, median, most; /* TIME_NONE when no socket has a value */
};

struct socket_group {
	int fd_least, fd_most;
	uint64_t bytes_sent, bytes_received;
	struct socket_spread latency, open_for, idle;
};

struct socket_groups {
	const struct model *model;
	const struct fold *fold;
	struct socket_group *sums; /* of the lines of more than one socket, in their order */
	uint32_t sum_count;
	uint32_t *places;          /* by line: where its sum is; MODEL_NONE */
	struct socket_group alone; /* of the line of one socket that was asked for last */
};

/* Fails only with STATUS_NO_MEMORY. */
enum status socket_groups_init(struct socket_groups *groups, const struct model *model,
			       const struct fold *fold, struct error *error);
void socket_groups_release(struct socket_groups *groups);

/* Of one of the fold's groups. Valid until the next call. */
const struct socket_group *socket_groups_ask(struct socket_groups *groups,
					     const struct fold_group *group);

#endif
