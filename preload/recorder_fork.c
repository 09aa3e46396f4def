/* What a forked child inherits: its own records of the parent's sockets. */
#include <string.h>

#include "recorder_state.h"
#include "sink.h"
#include "sockets.h"

#define FORK_DUPS_MAX 64

/* A socket that several descriptors name, already brought over. */
struct fork_dup {
	uint32_t parents; /* sink offset in the parent's file */
	struct trace_socket *own;
};

struct fork_dups {
	struct fork_dup rows[FORK_DUPS_MAX];
	size_t count;
};

static void fork_repeat_connect(struct trace_socket *socket, const struct trace_socket *parents)
{
	const struct trace_record *old = sink_parent_at(parents->connect_offset);
	struct trace_connect *connect = old != NULL ? sink_reserve(old->size_bytes) : NULL;

	if (connect == NULL)
		return;
	memcpy(&connect->record + 1, old + 1, old->size_bytes - sizeof(*old));
	connect->socket = socket->id;
	connect->stack = 0;
	sink_commit(&connect->record, TRACE_CONNECT);
	socket->connect_offset = sink_offset(connect);
}

static struct trace_socket *fork_repeat(const struct trace_socket *parents, int fd)
{
	struct trace_socket *socket = sink_reserve(sizeof(*socket));

	if (socket == NULL)
		return NULL;
	socket->id = __atomic_add_fetch(&recorder.last_socket_id, 1, __ATOMIC_RELAXED);
	socket->fd = fd;
	socket->cookie = parents->cookie;
	socket->inode = parents->inode;
	socket->created_ns = recorder.started_ns;
	socket->family = parents->family;
	socket->type = parents->type;
	socket->protocol = parents->protocol;
	socket->origin = TRACE_ORIGIN_INHERITED;
	socket->flags = parents->flags & ~(TRACE_SOCKET_TCP_INFO_READ | TRACE_SOCKET_PASSED);
	socket->opened_tid = recorder_tid();
	sink_commit(&socket->record, TRACE_SOCKET);
	if (parents->connect_offset != 0)
		fork_repeat_connect(socket, parents);
	return socket;
}

static struct trace_socket *fork_find_dup(const struct fork_dups *dups, uint32_t parents)
{
	for (size_t i = 0; i < dups->count; i++) {
		if (dups->rows[i].parents == parents)
			return dups->rows[i].own;
	}
	return NULL;
}

static void fork_repeat_fd(int fd, uint64_t slot, struct fork_dups *dups)
{
	const struct trace_socket *parents = sink_parent_at((uint32_t)slot);
	struct trace_socket *own = fork_find_dup(dups, (uint32_t)slot);

	if (own == NULL) {
		own = fork_repeat(parents, fd);
		/* Without room for more, further descriptors of it become sockets of their own
		 * here. */
		if (own != NULL && parents->fd_count > 1 && dups->count < FORK_DUPS_MAX) {
			dups->rows[dups->count].parents = (uint32_t)slot;
			dups->rows[dups->count++].own = own;
		}
	}
	if (own == NULL) {
		sockets_put(fd, 0);
		return;
	}
	if (own->fd_count++ == 0)
		recorder_count_open();
	sockets_put(fd, (slot & ~(uint64_t)UINT32_MAX) | sink_offset(own));
	/* Only now does the number name the socket of this file. */
	if (own->fd_count == 1 && own->connect_offset == 0 && (own->flags & TRACE_SOCKET_LISTENING))
		recorder_bound(fd, NULL, 0);
}

void recorder_repeat_sockets(void)
{
	struct fork_dups dups = {.count = 0};

	for (uint32_t fd = 0; fd < sockets_fd_end(); fd++) {
		uint64_t slot = sockets_slot((int)fd);

		if (slot > SOCKETS_SLOT_UNBORN)
			fork_repeat_fd((int)fd, slot, &dups);
	}
}
