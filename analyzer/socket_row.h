/*
 * A line of the text report's SOCKETS table: one socket, or many that were folded, whose durations
 * are medians and whose bytes are sums. One thread.
 */
#ifndef SOCKLIFE_SOCKET_ROW_H
#define SOCKLIFE_SOCKET_ROW_H

#include <stdint.h>

#include "error.h"
#include "socket_group.h"
#include "table.h"

struct fold;
struct fold_group;
struct model;
struct symbols;

enum socket_column {
	SOCKET_ID,
	SOCKET_FD,
	SOCKET_PEER,
	SOCKET_OPENED,
	SOCKET_CONNECT,
	SOCKET_OPEN_FOR,
	SOCKET_OUT,
	SOCKET_IN,
	SOCKET_IDLE,
	SOCKET_END,
	SOCKET_BY, /* who closed first */
	SOCKET_OWNER,
	SOCKET_PLACE,
	SOCKET_COLUMN_COUNT
};

extern const struct table_column socket_columns[SOCKET_COLUMN_COUNT];

struct socket_row {
	const struct terminal *terminal;
	const struct model *model;
	const struct fold *fold;
	struct symbols *symbols;
	struct socket_groups groups;
	struct table_cell cells[SOCKET_COLUMN_COUNT];
};

/* Fails only with STATUS_NO_MEMORY. */
enum status socket_row_init(struct socket_row *row, const struct terminal *terminal,
			    const struct model *model, const struct fold *fold,
			    struct symbols *symbols, struct error *error);
void socket_row_release(struct socket_row *row);

void socket_row_fill(struct socket_row *row, const struct fold_group *group);

#endif
