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
	uint32_t first; /* socket index, as in fold_group */
	int fd_least, fd_most;
	uint64_t bytes_sent, bytes_received;
	struct socket_spread latency, open_for, idle;
};

struct socket_groups {
	const struct model *model;
	const struct fold *fold;
	int64_t *values; /* room for one of each socket of the largest group */
	/* Lines are measured before they are printed: what was found of long lists is kept. */
	struct socket_group *kept; /* in order of `first` */
	uint32_t kept_count, kept_room;
	struct socket_group last;
};

/* Fails only with STATUS_NO_MEMORY. */
enum status socket_groups_init(struct socket_groups *groups, const struct model *model,
			       const struct fold *fold, struct error *error);
void socket_groups_release(struct socket_groups *groups);

/* Valid until the next call. */
const struct socket_group *socket_groups_ask(struct socket_groups *groups,
					     const struct fold_group *group);

#endif
