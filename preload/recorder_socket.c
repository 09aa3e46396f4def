/* Sockets: births, descriptors, ends. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "kernel.h"
#include "recorder_state.h"
#include "sink.h"
#include "sockets.h"

#define SOCKET_TYPE_FLAGS (SOCK_NONBLOCK | SOCK_CLOEXEC)

static __thread const void *socket_bracket __attribute__((tls_model("initial-exec")));

/* By the stack, not by a count: a longjmp out of the bracket leaves no count behind. */
void recorder_bracket(const void *frame)
{
	socket_bracket = frame;
}

static bool socket_is_bracketed(void)
{
	return socket_bracket != NULL &&
	       (uintptr_t)__builtin_frame_address(0) < (uintptr_t)socket_bracket;
}

static uint64_t socket_option64(int fd, int option)
{
	uint64_t value = 0;
	socklen_t size = sizeof(value);

	return kernel_call5(SYS_getsockopt, fd, SOL_SOCKET, option, &value, &size) == 0 ? value : 0;
}

static int socket_option(int fd, int option)
{
	int value = 0;
	socklen_t size = sizeof(value);

	return kernel_call5(SYS_getsockopt, fd, SOL_SOCKET, option, &value, &size) == 0 ? value : 0;
}

static uint64_t socket_inode(int fd)
{
	struct stat status;

	return kernel_call2(SYS_fstat, fd, &status) == 0 ? status.st_ino : 0;
}

void recorder_end(struct trace_socket *socket, enum trace_end end)
{
	RECORDER_SET(socket->ended_ns, clock_now_ns());
	if (RECORDER_LIVE(socket->ended_tid) == 0)
		RECORDER_SET(socket->ended_tid, recorder_tid());
	/* The process's exit and a thread that closes may both get here; the later one is right. */
	if (__atomic_exchange_n(&socket->end, (uint16_t)end, __ATOMIC_RELEASE) == 0)
		__atomic_sub_fetch(&recorder.open_count, 1, __ATOMIC_RELAXED);
}

/* The number has come back, so whatever it named before was closed by a way that no hook sees. */
static void socket_vanish(int fd)
{
	struct trace_socket *gone = sockets_record(sockets_take(fd));

	if (gone != NULL && __atomic_sub_fetch(&gone->fd_count, 1, __ATOMIC_ACQ_REL) == 0)
		recorder_end(gone, TRACE_END_VANISHED);
}

static struct trace_socket *socket_new(int fd, enum trace_origin origin)
{
	struct trace_socket *socket;

	if (!recorder_be_born())
		return NULL;
	socket_vanish(fd);
	socket = sink_reserve(sizeof(*socket));
	if (socket == NULL)
		return NULL;
	socket->id = __atomic_add_fetch(&recorder.last_socket_id, 1, __ATOMIC_RELAXED);
	socket->fd = fd;
	socket->fd_count = 1;
	socket->cookie = socket_option64(fd, SO_COOKIE);
	/* The cookie tells as well what the descriptor names, and one system call is enough. */
	if (socket->cookie == 0)
		socket->inode = socket_inode(fd);
	socket->created_ns = clock_now_ns();
	socket->origin = (uint16_t)origin;
	socket->flags = socket_is_bracketed() ? TRACE_SOCKET_BRACKETED : 0;
	socket->attributed_epoch = __atomic_load_n(&recorder.epoch, __ATOMIC_RELAXED);
	return socket;
}

/* The stack is taken when the socket is known, so that runtimes can say what they know of it. */
static void socket_commit(struct trace_socket *socket, bool is_cloexec)
{
	struct recorder_capture capture;

	socket->opened_stack = recorder_capture(&capture, RECORDER_BIRTH, socket->id, socket->fd);
	socket->opened_tid = recorder_tid();
	recorder_numbered(socket, socket->fd);
	sink_commit(&socket->record, TRACE_SOCKET);
	sockets_put(socket->fd, sink_offset(socket) | (is_cloexec ? SOCKETS_SLOT_CLOEXEC : 0));
	recorder_count_open();
}

static void socket_describe(struct trace_socket *socket, int family, int type, int protocol)
{
	socket->family = (uint16_t)family;
	socket->type = (uint16_t)(type & ~SOCKET_TYPE_FLAGS);
	socket->protocol = (uint16_t)protocol;
	if (type & SOCK_NONBLOCK)
		socket->flags |= TRACE_SOCKET_NONBLOCK;
}

void recorder_opened(int fd, int family, int type, int protocol)
{
	struct trace_socket *socket = socket_new(fd, TRACE_ORIGIN_CONNECT);

	if (socket == NULL)
		return;
	socket_describe(socket, family, type, protocol);
	socket_commit(socket, type & SOCK_CLOEXEC);
}

void recorder_opened_pair(const int fds[2], int family, int type, int protocol)
{
	struct trace_socket *first = socket_new(fds[0], TRACE_ORIGIN_SOCKETPAIR);
	struct trace_socket *second = first ? socket_new(fds[1], TRACE_ORIGIN_SOCKETPAIR) : NULL;

	if (first == NULL)
		return;
	socket_describe(first, family, type, protocol);
	if (second != NULL) {
		socket_describe(second, family, type, protocol);
		first->parent = second->id;
		second->parent = first->id;
		socket_commit(second, type & SOCK_CLOEXEC);
	}
	socket_commit(first, type & SOCK_CLOEXEC);
}

void recorder_accepted(int listener_fd, int fd, const struct sockaddr *address, socklen_t size,
		       int flags)
{
	const struct trace_socket *listener = sockets_record(sockets_slot(listener_fd));
	struct trace_socket *socket = socket_new(fd, TRACE_ORIGIN_ACCEPT);
	struct sockaddr_storage peer;
	socklen_t peer_size = sizeof(peer);

	if (socket == NULL)
		return;
	if (listener != NULL && sink_holds(listener)) {
		socket_describe(socket, listener->family, listener->type | flags,
				listener->protocol);
		socket->parent = listener->id;
	} else {
		socket_describe(socket, socket_option(fd, SO_DOMAIN),
				socket_option(fd, SO_TYPE) | flags, socket_option(fd, SO_PROTOCOL));
	}
	if (address == NULL || size == 0) {
		address = (struct sockaddr *)&peer;
		size = kernel_call3(SYS_getpeername, fd, &peer, &peer_size) == 0 ? peer_size : 0;
	}
	socket_commit(socket, flags & SOCK_CLOEXEC);
	recorder_connected(socket, fd, address, size);
}

/* What the kernel says of fd now. */
static void socket_inspect(struct trace_socket *socket, int fd, enum trace_origin origin)
{
	struct recorder_capture capture;

	socket->id = __atomic_add_fetch(&recorder.last_socket_id, 1, __ATOMIC_RELAXED);
	socket->fd = fd;
	socket->fd_count = 1;
	socket->cookie = socket_option64(fd, SO_COOKIE);
	socket->inode = socket_inode(fd);
	socket->created_ns = clock_now_ns();
	socket->origin = (uint16_t)origin;
	socket->opened_tid = recorder_tid();
	socket->attributed_epoch = __atomic_load_n(&recorder.epoch, __ATOMIC_RELAXED);
	if (socket_is_bracketed())
		socket->flags |= TRACE_SOCKET_BRACKETED;
	socket_describe(socket, socket_option(fd, SO_DOMAIN), socket_option(fd, SO_TYPE),
			socket_option(fd, SO_PROTOCOL));
	/* Others were opened elsewhere. */
	if (origin == TRACE_ORIGIN_RECEIVED)
		socket->opened_stack = recorder_capture(&capture, RECORDER_BIRTH, socket->id, fd);
	if (socket_option(fd, SO_ACCEPTCONN))
		socket->flags |= TRACE_SOCKET_LISTENING;
	if (origin == TRACE_ORIGIN_INHERITED && fd <= STDERR_FILENO)
		socket->flags |= TRACE_SOCKET_STDIO;
	recorder_numbered(socket, fd);
}

/*
 * An exit among running threads may find a number in the very moment that another thread records
 * it: then theirs is the record. Nothing but this lies between the last look and the claim, since
 * a record that is given up stays behind as a lost one.
 */
static struct trace_socket *socket_place(const struct trace_socket *found, bool is_cloexec)
{
	uint64_t flag = is_cloexec ? SOCKETS_SLOT_CLOEXEC : 0;
	struct trace_socket *socket;

	if (sockets_slot(found->fd) != 0)
		return NULL;
	socket = sink_reserve(sizeof(*socket));
	if (socket == NULL || !sockets_put_back(found->fd, sink_offset(socket) | flag))
		return NULL;
	memcpy(&socket->record + 1, &found->record + 1, sizeof(*found) - sizeof(found->record));
	sink_commit(&socket->record, TRACE_SOCKET);
	recorder_count_open();
	return socket;
}

struct trace_socket *recorder_adopt(int fd, enum trace_origin origin)
{
	long fd_flags = kernel_call2(SYS_fcntl, fd, F_GETFD);
	struct trace_socket found = {0}, *socket;
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);

	if (fd_flags < 0 || !recorder_be_born())
		return NULL;
	if (origin != TRACE_ORIGIN_ADOPTED)
		socket_vanish(fd);
	socket_inspect(&found, fd, origin);
	socket = socket_place(&found, fd_flags & FD_CLOEXEC);
	if (socket == NULL)
		return NULL;
	if (kernel_call3(SYS_getpeername, fd, &peer, &size) == 0)
		recorder_connected(socket, fd, (struct sockaddr *)&peer, size);
	else
		recorder_bound(fd, NULL, 0);
	return socket;
}

void recorder_adopt_unborn(void)
{
	for (uint32_t fd = 0; fd < sockets_fd_end(); fd++) {
		if (sockets_slot((int)fd) == SOCKETS_SLOT_UNBORN && !recorder_join((int)fd))
			recorder_adopt((int)fd, TRACE_ORIGIN_INHERITED);
	}
}

struct trace_socket *recorder_known(int fd)
{
	return recorder_is_ready() ? sockets_record(sockets_slot(fd)) : NULL;
}

uint32_t recorder_socket_id(int fd)
{
	const struct trace_socket *socket = recorder_is_ready() ? sockets_record(sockets_slot(fd))
								: NULL;

	return socket != NULL ? socket->id : 0;
}
