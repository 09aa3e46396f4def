#include "socket_row.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fold.h"
#include "frame_text.h"
#include "model.h"
#include "object_facts.h"
#include "quantity.h"
#include "socket_facts.h"
#include "symbols.h"
#include "words.h"

/* A terminal this wide has room for the class of a socket's owner. */
#define OWNER_CLASS_WIDTH 120u

const struct table_column socket_columns[SOCKET_COLUMN_COUNT] = {
	[SOCKET_ID] = {.title = "id"},
	[SOCKET_FD] = {.title = "fd", .is_right = true, .rank = 5},
	[SOCKET_PEER] = {.title = "peer", .least = 15},
	[SOCKET_OPENED] = {.title = "opened", .is_right = true, .rank = 2},
	[SOCKET_CONNECT] = {.title = "connect", .is_right = true, .rank = 3},
	[SOCKET_OPEN_FOR] = {.title = "open", .is_right = true, .rank = 1},
	[SOCKET_OUT] = {.title = "out", .is_right = true},
	[SOCKET_IN] = {.title = "in", .is_right = true},
	[SOCKET_IDLE] = {.title = "idle", .is_right = true, .rank = 4},
	[SOCKET_END] = {.title = "end"},
	[SOCKET_BY] = {.title = "by"},
	[SOCKET_OWNER] = {.title = "owner", .rank = 6},
	[SOCKET_PLACE] = {.title = "opened by", .least = 12, .keeps_start = true},
};

enum status socket_row_init(struct socket_row *row, const struct terminal *terminal,
			    const struct model *model, const struct fold *fold,
			    struct symbols *symbols, struct error *error)
{
	memset(row, 0, sizeof *row);
	row->terminal = terminal;
	row->model = model;
	row->fold = fold;
	row->symbols = symbols;
	return socket_groups_init(&row->groups, model, fold, error);
}

void socket_row_release(struct socket_row *row)
{
	socket_groups_release(&row->groups);
}

static char *cell_text(struct socket_row *row, enum socket_column column)
{
	return row->cells[column].text;
}

static void cell_put(struct socket_row *row, enum socket_column column, const char *text)
{
	size_t size = strnlen(text, TABLE_CELL_SIZE - 1);

	memcpy(row->cells[column].text, text, size);
	row->cells[column].text[size] = '\0';
}

__attribute__((format(printf, 3, 4))) static void
cell_print(struct socket_row *row, enum socket_column column, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(cell_text(row, column), TABLE_CELL_SIZE, format, arguments);
	va_end(arguments);
}

/* ---- values of all sockets of a group ---- */

static void duration_fill(struct socket_row *row, enum socket_column column,
			  struct socket_spread spread)
{
	struct quantity quantity;

	const char *median = quantity_duration(row->terminal, spread.median, &quantity);

	if (spread.least == spread.most)
		cell_put(row, column, median);
	else
		cell_print(row, column, "~%s", median);
}

static void bytes_fill(struct socket_row *row, const struct socket_group *sum)
{
	uint64_t sent = sum->bytes_sent, received = sum->bytes_received;
	struct quantity quantity = {{0}};

	cell_put(row, SOCKET_OUT, sent != 0 ? quantity_bytes_short(sent, &quantity) : "-");
	cell_put(row, SOCKET_IN, received != 0 ? quantity_bytes_short(received, &quantity) : "-");
}

/* ---- what all sockets of a group have in common, but for the ids ---- */

static void identity_fill(struct socket_row *row, const struct fold_group *group,
			  const struct socket_group *sum)
{
	cell_print(row, SOCKET_ID, "s%" PRIu64 "%s", (uint64_t)group->first + 1,
		   group->count > 1 ? terminal_ellipsis(row->terminal) : "");
	if (sum->fd_least == sum->fd_most)
		cell_print(row, SOCKET_FD, "%d", sum->fd_least);
	else
		cell_print(row, SOCKET_FD, "%d-%d", sum->fd_least, sum->fd_most);
}

static void address_escape(const struct socket_row *row, const struct model_address *address,
			   const char *otherwise, char *text, size_t size)
{
	struct address_text raw;

	if (address_text_fill(row->model, address, &raw))
		terminal_escape(row->terminal, raw.bytes, raw.size_bytes, text, size);
	else
		snprintf(text, size, "%s", otherwise);
}

/* "db.example.com 10.0.0.7:5432" */
static void peer_escape(const struct socket_row *row, const struct model_socket *socket, char *text,
			size_t size)
{
	size_t used = 0;

	if (socket_has_peer_name(socket)) {
		terminal_escape(row->terminal, socket->peer_name, strlen(socket->peer_name), text,
				size / 2);
		used = strlen(text);
	}
	address_escape(row, &socket->peer, "-", text + used + (used != 0), size - used - 1);
	if (used != 0)
		text[used] = ' ';
}

static const char *peer_prefix(const struct model_socket *socket)
{
	if (socket->origin == TRACE_ORIGIN_ACCEPT)
		return "from ";
	return (socket->flags & TRACE_SOCKET_LISTENING) != 0 ? "listens at " : "";
}

/* What a socket without a peer is instead. */
static void no_peer_escape(const struct socket_row *row, const struct fold_group *group, char *text,
			   size_t size)
{
	const struct model_socket *socket = &row->model->sockets[group->first];

	if (socket_is_pair(socket) && group->count > 1)
		snprintf(text, size, "socketpair"); /* of each half another one */
	else if (socket->origin == TRACE_ORIGIN_SOCKETPAIR && socket->parent != MODEL_NONE)
		snprintf(text, size, "pair with s%" PRIu64, (uint64_t)socket->parent + 1);
	else if (socket_is_pair(socket))
		snprintf(text, size, "pair");
	else if ((socket->flags & TRACE_SOCKET_LISTENING) != 0)
		address_escape(row, &socket->local, "-", text, size);
	else
		snprintf(text, size, "unconnected %s", words_family(socket->family));
}

static void peer_fill(struct socket_row *row, const struct fold_group *group)
{
	const struct model_socket *socket = &row->model->sockets[group->first];
	char text[TABLE_CELL_SIZE - 64], times[32] = "";

	if (socket->peer.family != AF_UNSPEC && !socket_is_pair(socket))
		peer_escape(row, socket, text, sizeof text);
	else
		no_peer_escape(row, group, text, sizeof text);
	if (strcmp(text, "-") == 0)
		snprintf(text, sizeof text, "%s, unnamed", words_family(socket->family));
	if (group->count > 1)
		snprintf(times, sizeof times, "%" PRIu32 " %s ", group->count,
			 terminal_times(row->terminal));
	cell_print(row, SOCKET_PEER, "%s%s%s", times, peer_prefix(socket), text);
}

static void connect_fill(struct socket_row *row, const struct fold_group *group,
			 const struct socket_group *sum)
{
	if (row->model->sockets[group->first].connect_error == 0)
		duration_fill(row, SOCKET_CONNECT, sum->latency);
	else
		cell_print(row, SOCKET_CONNECT, "failed"); /* by what, stands under "end" */
}

static void closer_fill(struct socket_row *row, const struct model_socket *socket)
{
	static const char *const words[] = {
		[SOCKET_CLOSER_NONE] = TABLE_NOTHING,
		[SOCKET_CLOSER_US] = "us",
		[SOCKET_CLOSER_PEER] = "peer",
	};
	enum socket_closer closer = socket_first_closer(socket);

	cell_put(row, SOCKET_BY, words[closer]);
	if (closer == SOCKET_CLOSER_PEER)
		row->cells[SOCKET_BY].style = TERMINAL_NOTICE;
}

/* An error of connecting is the end as well: nothing came after it. */
static int error_of(const struct model_socket *socket)
{
	return socket->error != 0 ? socket->error : socket->connect_error;
}

static void end_fill(struct socket_row *row, const struct model_socket *socket)
{
	bool is_open = socket_is_left_open(socket);
	int error = error_of(socket);
	const char *known = socket_tcp_state(socket);
	const char *state = is_open && known != NULL ? known : "";

	cell_print(row, SOCKET_END, "%s%s%s%s%s",
		   socket->end != 0 ? words_end(socket->end) : "open", state[0] != '\0' ? " " : "",
		   state, error != 0 ? " " : "", error != 0 ? words_errno(error) : "");
	if (error != 0)
		row->cells[SOCKET_END].style = TERMINAL_ALERT;
	else if (is_open && socket_is_connection(socket))
		row->cells[SOCKET_END].style = TERMINAL_NOTICE;
}

/* The id alone leads to OBJECTS above; its class is for those who have the room. */
static void owner_fill(struct socket_row *row, const struct fold_group *group)
{
	const struct model_socket *socket = &row->model->sockets[group->first];
	uint32_t holder = object_holder(row->model, socket);
	char label[OBJECT_LABEL_SIZE];

	if (holder == MODEL_NONE) {
		cell_print(row, SOCKET_OWNER, TABLE_NOTHING);
		return;
	}
	if (row->terminal->width >= OWNER_CLASS_WIDTH)
		object_label(row->terminal, row->model, holder, label, sizeof label);
	else
		snprintf(label, sizeof label, "o%" PRIu64, (uint64_t)holder + 1);
	cell_print(row, SOCKET_OWNER, "%s%s", label,
		   group->count > 1 ? terminal_ellipsis(row->terminal) : "");
}

static void opened_fill(struct socket_row *row, const struct fold_group *group)
{
	struct quantity quantity;

	cell_print(row, SOCKET_OPENED, "%s%s",
		   quantity_moment(row->model->sockets[group->first].created_ns, &quantity),
		   group->count > 1 ? terminal_ellipsis(row->terminal) : "");
}

/* Sockets that are no connection of the program's own must not draw the eye. */
static bool is_quiet(const struct model_socket *socket)
{
	return !socket_is_connection(socket) && socket->connect_error == 0 &&
	       (socket->flags & TRACE_SOCKET_LISTENING) == 0;
}

void socket_row_fill(struct socket_row *row, const struct fold_group *group)
{
	const struct model_socket *socket = &row->model->sockets[group->first];
	const struct socket_group *sum = socket_groups_ask(&row->groups, group);
	enum terminal_style style = is_quiet(socket) ? TERMINAL_QUIET : TERMINAL_PLAIN;

	for (size_t i = 0; i < SOCKET_COLUMN_COUNT; i++)
		row->cells[i].style = style;
	identity_fill(row, group, sum);
	peer_fill(row, group);
	opened_fill(row, group);
	connect_fill(row, group, sum);
	duration_fill(row, SOCKET_OPEN_FOR, sum->open_for);
	bytes_fill(row, sum);
	duration_fill(row, SOCKET_IDLE, sum->idle);
	closer_fill(row, socket);
	end_fill(row, socket);
	owner_fill(row, group);
	frame_text_short(row->terminal,
			 symbols_own_frame(row->symbols, socket_opened_stack(socket)),
			 cell_text(row, SOCKET_PLACE), TABLE_CELL_SIZE);
}
