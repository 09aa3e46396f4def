/* What a forked child inherits: its own records of the parent's sockets. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "intern.h"
#include "kernel.h"
#include "recorder_process.h"
#include "recorder_state.h"
#include "sink.h"
#include "sockets.h"

/*
 * Sockets already brought over, by their place in the parent's file: several descriptors may name
 * one. The parent's own count of them tells nothing, since the parent goes on meanwhile.
 */
struct fork_known {
	uint64_t *rows; /* parent's sink offset above the own one; 0 is empty. NULL: no memory */
	uint32_t row_count; /* a power of two, twice the sockets or more */
};

static void fork_repeat_connect(struct trace_socket *socket, const struct trace_socket *parents)
{
	const struct trace_record *old = sink_parent_at(RECORDER_LIVE(parents->connect_offset));
	struct trace_connect *connect = old != NULL ? sink_reserve(old->size_bytes) : NULL;

	if (connect == NULL)
		return;
	memcpy(&connect->record + 1, old + 1, old->size_bytes - sizeof(*old));
	connect->socket = socket->id;
	connect->stack = 0;
	if (connect->finished_ns == 0)
		connect->error = EINPROGRESS; /* the parent was about to tell */
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
	socket->flags = RECORDER_LIVE(parents->flags) &
			~(TRACE_SOCKET_TCP_INFO_READ | TRACE_SOCKET_PASSED);
	socket->opened_tid = recorder_tid();
	sink_commit(&socket->record, TRACE_SOCKET);
	if (RECORDER_LIVE(parents->connect_offset) != 0)
		fork_repeat_connect(socket, parents);
	return socket;
}

static void fork_known_map(struct fork_known *known, uint32_t sockets)
{
	long address;

	known->row_count = 64;
	while (known->row_count < sockets * 2)
		known->row_count *= 2;
	address = kernel_call6(SYS_mmap, 0, (long)(known->row_count * sizeof(*known->rows)),
			       PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			       -1, 0);
	known->rows = address < 0 && address > -4096 ? NULL : (uint64_t *)address;
}

static void fork_known_unmap(struct fork_known *known)
{
	if (known->rows != NULL)
		kernel_call2(SYS_munmap, known->rows, known->row_count * sizeof(*known->rows));
}

/* The row of the parent's socket, or the empty one where it is to stand. */
static uint64_t *fork_known_row(const struct fork_known *known, uint32_t parents)
{
	uint32_t row = (uint32_t)(intern_mix(1, parents) >> 32);

	while (known->rows[row & (known->row_count - 1)] != 0 &&
	       known->rows[row & (known->row_count - 1)] >> 32 != parents)
		row++;
	return &known->rows[row & (known->row_count - 1)];
}

/* Without memory, each further descriptor of a socket becomes a socket of its own here. */
static struct trace_socket *fork_own(uint32_t parents, int fd, const struct fork_known *known)
{
	uint64_t *row = known->rows != NULL ? fork_known_row(known, parents) : NULL;
	const struct trace_socket *record;
	struct trace_socket *own;

	if (row != NULL && *row != 0)
		return sink_at((uint32_t)*row);
	record = sink_parent_at(parents);
	own = record != NULL ? fork_repeat(record, fd) : NULL;
	if (row != NULL && own != NULL)
		*row = (uint64_t)parents << 32 | sink_offset(own);
	return own;
}

static void fork_repeat_fd(int fd, uint64_t slot, const struct fork_known *known)
{
	struct trace_socket *own = fork_own((uint32_t)slot, fd, known);

	if (own == NULL) {
		sockets_put(fd, 0);
		return;
	}
	if (own->fd_count++ == 0)
		recorder_count_open();
	sockets_put(fd, (slot & ~(uint64_t)UINT32_MAX) | sink_offset(own));
	/* Only now does the number name the socket of this file. */
	if (own->fd_count == 1 && own->connect_offset == 0 &&
	    (own->family != AF_UNIX || (own->flags & TRACE_SOCKET_LISTENING)))
		recorder_bound(fd, NULL, 0);
}

void recorder_repeat_sockets(void)
{
	struct fork_known known;

	fork_known_map(&known, sockets_fd_end());
	for (uint32_t fd = 0; fd < sockets_fd_end(); fd++) {
		uint64_t slot = sockets_slot((int)fd);

		if (slot > SOCKETS_SLOT_UNBORN)
			fork_repeat_fd((int)fd, slot, &known);
	}
	fork_known_unmap(&known);
}

static void fork_adopt(int fd, void *context)
{
	(void)context;
	if (recorder_is_unseen_stream(fd) && !recorder_join(fd))
		recorder_adopt(fd, TRACE_ORIGIN_INHERITED);
}

void recorder_adopt_inherited(void)
{
	recorder_each_open_fd(fork_adopt, NULL);
}
