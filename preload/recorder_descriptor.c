/* Descriptors: claimed before they are closed, duplicated, passed on. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "kernel.h"
#include "recorder_state.h"
#include "sink.h"
#include "sockets.h"

static void descriptor_event_at(const struct trace_socket *socket, enum trace_event_kind what,
				int fd, int value, uint32_t stack)
{
	struct trace_event *event = sink_reserve(sizeof(*event));

	if (event == NULL)
		return;
	event->socket = socket->id;
	event->what = what;
	event->time_ns = clock_now_ns();
	event->fd = fd;
	event->value = value;
	event->tid = recorder_tid();
	event->stack = stack;
	sink_commit(&event->record, TRACE_EVENT);
}

void recorder_event(const struct trace_socket *socket, enum trace_event_kind what, int fd,
		    int value)
{
	descriptor_event_at(socket, what, fd, value, 0);
}

bool recorder_claim(int fd, struct recorder_claim *claim)
{
	struct recorder_capture capture;
	struct trace_socket *socket;

	if (sockets_slot(fd) == 0 || !recorder_is_ready())
		return false;
	claim->fd = fd;
	claim->forks = recorder_forks();
	claim->slot = sockets_take(fd);
	claim->is_finalized = false;
	socket = sockets_record(claim->slot);
	if (socket == NULL)
		return false;
	claim->is_last = __atomic_sub_fetch(&socket->fd_count, 1, __ATOMIC_ACQ_REL) == 0;
	if (!claim->is_last)
		return true;
	recorder_tcp_closing(socket, fd);
	RECORDER_SET(socket->ended_stack,
		     recorder_capture(&capture, RECORDER_CLOSE, socket->id, fd));
	recorder_link_captured(&capture, socket->id, TRACE_LINK_CLOSER);
	RECORDER_SET(socket->ended_tid, recorder_tid());
	claim->is_finalized = capture.is_finalizer;
	if (capture.is_shut_down)
		__atomic_fetch_or(&socket->flags, TRACE_SOCKET_SHUT_DOWN, __ATOMIC_RELAXED);
	return true;
}

/* Ready first: that is when a fork is noticed. */
static struct trace_socket *descriptor_claimed(const struct recorder_claim *claim)
{
	if (!recorder_is_ready() || claim->forks != recorder_forks())
		return NULL;
	return sockets_record(claim->slot);
}

void recorder_claim_ended(const struct recorder_claim *claim, enum trace_end end)
{
	struct trace_socket *socket = descriptor_claimed(claim);

	if (socket == NULL)
		return;
	if (sink_fd() < 0)
		sink_refill();
	if (end != TRACE_END_REPLACED)
		sockets_former_put(claim->fd, sink_offset(socket));
	if (!claim->is_last) {
		recorder_event(socket, TRACE_EVENT_FD_CLOSED, claim->fd, 0);
		return;
	}
	if (end == TRACE_END_CLOSED && claim->is_finalized)
		end = TRACE_END_FINALIZED;
	if (end == TRACE_END_CLOSED && recorder_has_flag(socket, TRACE_SOCKET_PASSED))
		end = TRACE_END_PASSED;
	recorder_end(socket, end);
}

/* EBADF from close() says that the number was not open at all: closed by a way no hook sees. */
void recorder_claim_returned(const struct recorder_claim *claim, int error)
{
	struct trace_socket *socket = descriptor_claimed(claim);

	if (socket == NULL)
		return;
	recorder_event(socket, TRACE_EVENT_CLOSE_FAILED, claim->fd, error);
	if (kernel_call2(SYS_fcntl, claim->fd, F_GETFD) < 0) {
		if (claim->is_last)
			recorder_end(socket, TRACE_END_VANISHED);
		return;
	}
	__atomic_add_fetch(&socket->fd_count, 1, __ATOMIC_ACQ_REL);
	if (!sockets_put_back(claim->fd, claim->slot))
		__atomic_sub_fetch(&socket->fd_count, 1, __ATOMIC_ACQ_REL);
}

bool recorder_was_socket(int fd)
{
	return sockets_former(fd) != 0;
}

void recorder_forget(int fd)
{
	sockets_former_put(fd, 0);
}

/*
 * Daemons close every number that there may be, upwards or downwards (closefrom(3bsd), "NOTES" of
 * daemon(7)); what is open among them closes without coming here.
 */
#define SWEEP_LEAST    16
#define SWEEP_STEP_MAX 16

static __thread struct {
	int last_fd;
	uint32_t length, forks;
	uint32_t told; /* a socket that CLOSED_AGAIN was told of; offset in the sink, 0 none */
} sweep;

void recorder_close_missed(int fd)
{
	int step = fd > sweep.last_fd ? fd - sweep.last_fd : sweep.last_fd - fd;
	struct trace_socket *socket;

	if (step == 0 || step > SWEEP_STEP_MAX || sweep.forks != recorder_forks()) {
		sweep.length = 0;
		sweep.told = 0;
		sweep.forks = recorder_forks();
	}
	sweep.last_fd = fd;
	sweep.length++;
	if (sweep.length != SWEEP_LEAST || sweep.told == 0 || !recorder_is_ready())
		return;
	socket = sink_at(sweep.told);
	if (socket != NULL)
		recorder_event(socket, TRACE_EVENT_SWEPT, fd, (int)sweep.length);
}

void recorder_closed_again(int fd, int error)
{
	struct trace_socket *socket = recorder_is_ready() ? sink_at(sockets_former(fd)) : NULL;
	struct recorder_capture capture;
	uint32_t stack;

	if (socket == NULL)
		return;
	recorder_forget(fd);
	if (sweep.length >= SWEEP_LEAST)
		return;
	stack = recorder_capture(&capture, RECORDER_CLOSE, socket->id, fd);
	descriptor_event_at(socket, TRACE_EVENT_CLOSED_AGAIN, fd, error, stack);
	sweep.told = sink_offset(socket);
}

/* One more number for a socket; what it named before was closed by a way that no hook sees. */
static void descriptor_add(struct trace_socket *socket, int fd, uint64_t slot, bool is_cloexec)
{
	struct recorder_claim stale;

	if (sockets_slot(fd) != 0 && recorder_claim(fd, &stale))
		recorder_claim_ended(&stale, TRACE_END_VANISHED);
	__atomic_add_fetch(&socket->fd_count, 1, __ATOMIC_ACQ_REL);
	recorder_numbered(socket, fd);
	slot &= ~SOCKETS_SLOT_CLOEXEC;
	sockets_put(fd, slot | (is_cloexec ? SOCKETS_SLOT_CLOEXEC : 0));
}

void recorder_duplicated(int old_fd, int new_fd, bool is_cloexec)
{
	struct trace_socket *socket;
	uint64_t slot = sockets_slot(old_fd);

	if (slot == 0 || old_fd == new_fd || !recorder_be_born())
		return;
	slot = sockets_slot(old_fd);
	socket = sockets_record(slot);
	if (socket == NULL)
		return;
	descriptor_add(socket, new_fd, slot, is_cloexec);
	recorder_event(socket, TRACE_EVENT_DUP, old_fd, new_fd);
}

void recorder_streamed(int fd)
{
	struct trace_socket *socket = recorder_known(fd);

	if (socket == NULL)
		return;
	__atomic_fetch_or(&socket->flags, TRACE_SOCKET_STREAM, __ATOMIC_RELAXED);
	if (socket->family != AF_INET && socket->family != AF_INET6)
		recorder_note("a stream of stdio was opened on a socket that is not TCP's: what it "
			      "moved is not counted",
			      false);
}

void recorder_cloexec(int fd, bool is_cloexec)
{
	sockets_mark_cloexec(fd, is_cloexec);
}

void recorder_each_fd(unsigned int first, unsigned int last, void (*visit)(int fd, void *context),
		      void *context)
{
	uint32_t end;

	if (!recorder_is_ready())
		return;
	end = sockets_fd_end();
	for (uint32_t fd = first; fd < end && fd <= last; fd++) {
		if (sockets_record(sockets_slot((int)fd)) != NULL)
			visit((int)fd, context);
	}
}

/* A socket of this process by its cookie: what was sent to oneself comes back as one more number.
 */
static int descriptor_of(uint64_t cookie)
{
	for (uint32_t fd = 0; cookie != 0 && fd < sockets_fd_end(); fd++) {
		const struct trace_socket *socket = sockets_record(sockets_slot((int)fd));

		if (socket != NULL && socket->cookie == cookie)
			return (int)fd;
	}
	return -1;
}

/* 0 for everything that is not a socket (getsockopt(2), ENOTSOCK). */
static uint64_t descriptor_cookie(int fd)
{
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	return kernel_call5(SYS_getsockopt, fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) == 0 ? cookie
											    : 0;
}

/* The number that it was known by, -1 when the socket is not a recorded one. */
static int descriptor_join(int fd)
{
	int known_fd = recorder_is_ready() ? descriptor_of(descriptor_cookie(fd)) : -1;
	struct trace_socket *socket = known_fd >= 0 ? sockets_record(sockets_slot(known_fd)) : NULL;
	bool is_cloexec;

	if (socket == NULL)
		return -1;
	if (known_fd == fd)
		return fd;
	is_cloexec = kernel_call2(SYS_fcntl, fd, F_GETFD) & FD_CLOEXEC;
	descriptor_add(socket, fd, sink_offset(socket), is_cloexec);
	if (fd > STDERR_FILENO)
		__atomic_fetch_and(&socket->flags, ~TRACE_SOCKET_STDIO, __ATOMIC_RELAXED);
	return known_fd;
}

bool recorder_join(int fd)
{
	int known_fd = descriptor_join(fd);

	if (known_fd >= 0 && known_fd != fd)
		recorder_event(sockets_record(sockets_slot(fd)), TRACE_EVENT_DUP, known_fd, fd);
	return known_fd >= 0;
}

void recorder_received(int fd)
{
	int known_fd = descriptor_join(fd);
	struct trace_socket *socket;

	if (known_fd < 0 && descriptor_cookie(fd) != 0)
		recorder_adopt(fd, TRACE_ORIGIN_RECEIVED);
	socket = known_fd >= 0 && known_fd != fd ? sockets_record(sockets_slot(fd)) : NULL;
	if (socket == NULL)
		return;
	__atomic_fetch_and(&socket->flags, ~TRACE_SOCKET_PASSED, __ATOMIC_RELAXED);
	recorder_event(socket, TRACE_EVENT_RECEIVED, fd, 0);
}

void recorder_passed(int fd)
{
	struct trace_socket *socket = recorder_is_ready() ? sockets_record(sockets_slot(fd)) : NULL;

	if (socket == NULL)
		return;
	__atomic_fetch_or(&socket->flags, TRACE_SOCKET_PASSED, __ATOMIC_RELAXED);
	recorder_event(socket, TRACE_EVENT_PASSED, fd, 0);
}

void recorder_listening(int fd, int backlog)
{
	struct trace_socket *socket = recorder_is_ready() ? sockets_record(sockets_slot(fd)) : NULL;

	if (socket == NULL)
		return;
	__atomic_fetch_or(&socket->flags, TRACE_SOCKET_LISTENING, __ATOMIC_RELAXED);
	recorder_event(socket, TRACE_EVENT_LISTEN, fd, backlog);
}

void recorder_shutting_down(int fd, int how)
{
	struct trace_socket *socket = recorder_is_ready() ? sockets_record(sockets_slot(fd)) : NULL;

	if (socket != NULL && how != SHUT_RD && !recorder_has_flag(socket, TRACE_SOCKET_SHUT_WRITE))
		recorder_tcp_shutting_down(socket, fd);
}

void recorder_shut_down(int fd, int how)
{
	struct trace_socket *socket = recorder_is_ready() ? sockets_record(sockets_slot(fd)) : NULL;
	uint32_t flags = (how != SHUT_WR ? TRACE_SOCKET_SHUT_READ : 0) |
			 (how != SHUT_RD ? TRACE_SOCKET_SHUT_WRITE : 0);

	if (socket == NULL)
		return;
	__atomic_fetch_or(&socket->flags, flags, __ATOMIC_RELAXED);
	recorder_event(socket, TRACE_EVENT_SHUTDOWN, fd, how);
}

bool recorder_is_own_fd(int fd)
{
	return fd >= 0 && fd == sink_fd();
}

int recorder_own_fd_from(unsigned int first)
{
	return sink_fd() >= 0 && (unsigned int)sink_fd() >= first ? sink_fd() : -1;
}

bool recorder_own_fd_yield(int fd)
{
	return !recorder_is_own_fd(fd) || sink_yield_fd();
}

bool recorder_own_fd_give_up(void)
{
	return recorder_is_ready() && sink_give_up_fd();
}
