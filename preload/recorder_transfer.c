/* Traffic: the hot path. No system call here but for the rare moments that say so. */
#include <errno.h>

#include "clock.h"
#include "guard.h"
#include "hot.h"
#include "recorder_state.h"
#include "settings.h"
#include "sink.h"
#include "sockets.h"

#define TRANSFER_NS_PER_MS 1000000u
/*
 * Two clients of one pool may both be there before the first of them uses the socket: then no epoch
 * tells the uses apart and, in a busy program, no gap. So the first sends are all looked into.
 */
#define TRANSFER_SENDS_ATTRIBUTED 32

HOT_CODE struct trace_socket *recorder_socket_in(uint64_t slot, int fd)
{
	unsigned int depth;

	if (slot == SOCKETS_SLOT_UNBORN && !guard_is_up()) {
		/* Hooks ask before the real call, when errno is still the program's. */
		int error = errno;

		depth = guard_raise();
		recorder_be_born();
		guard_restore(depth);
		errno = error;
		slot = sockets_slot(fd);
	}
	return sockets_record(slot);
}

static void transfer_store_first(uint64_t *field, uint64_t value)
{
	uint64_t never = 0;

	if (__atomic_load_n(field, __ATOMIC_RELAXED) == 0)
		__atomic_compare_exchange_n(field, &never, value, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
}

static bool transfer_is_fatal(int error)
{
	switch (error) {
	case EPIPE:
	case ECONNRESET:
	case ECONNABORTED:
	case ECONNREFUSED:
	case ETIMEDOUT:
	case EHOSTUNREACH:
	case ENETUNREACH:
	case ENETDOWN:
	case ENOTCONN:
		return true;
	default:
		return false;
	}
}

static void transfer_failed(struct trace_socket *socket, int fd, int error)
{
	int none = 0;

	if (!transfer_is_fatal(error))
		return;
	if (recorder_has_flag(socket, TRACE_SOCKET_CONNECTING) && error != ENOTCONN)
		recorder_connect_finish(socket, fd, error);
	if (error == ENOTCONN)
		return;
	__atomic_compare_exchange_n(&socket->io_error, &none, error, false, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
	if (error == ECONNRESET || error == EPIPE)
		transfer_store_first(&socket->peer_ended_ns, clock_now_ns());
}

/* Users are looked for when objects came or went since the last time, or after an idle gap. */
static void transfer_attribute(struct trace_socket *socket, int fd, uint32_t epoch)
{
	struct recorder_capture capture;
	unsigned int depth = guard_raise();

	__atomic_store_n(&socket->attributed_epoch, epoch, __ATOMIC_RELAXED);
	recorder_ask_runtimes(&capture, RECORDER_USE, socket->id, fd);
	recorder_link_captured(&capture, socket->id, TRACE_LINK_USER);
	guard_restore(depth);
}

/*
 * The first time is exact, and the first after a fork, to which it is compared; later ones are
 * coarse, so one that seems to lie before the last is the last. Returns the gap since that.
 */
static HOT_CODE uint64_t transfer_touch(struct trace_socket *socket)
{
	uint64_t last = __atomic_load_n(&socket->last_io_ns, __ATOMIC_RELAXED);
	bool is_exact = last <= RECORDER_LIVE(recorder.forked_ns);
	uint64_t now = is_exact ? clock_now_ns() : clock_coarse_ns();
	uint64_t idle = last != 0 && now > last ? now - last : 0;

	if (last == 0)
		transfer_store_first(&socket->first_io_ns, now);
	if (now > last)
		__atomic_store_n(&socket->last_io_ns, now, __ATOMIC_RELAXED);
	if (idle > __atomic_load_n(&socket->longest_idle_ns, __ATOMIC_RELAXED))
		__atomic_store_n(&socket->longest_idle_ns, idle, __ATOMIC_RELAXED);
	return idle;
}

static HOT_CODE void transfer_counted(struct trace_socket *socket, int fd,
				      enum recorder_direction direction, uint64_t bytes)
{
	uint64_t idle = transfer_touch(socket);
	uint32_t epoch = __atomic_load_n(&recorder.epoch, __ATOMIC_RELAXED);
	bool is_sent = direction == RECORDER_SENT;
	uint64_t calls;

	__atomic_fetch_add(is_sent ? &socket->bytes_sent : &socket->bytes_received, bytes,
			   __ATOMIC_RELAXED);
	calls = __atomic_fetch_add(is_sent ? &socket->sends : &socket->receives, 1,
				   __ATOMIC_RELAXED);
	if (is_sent && epoch != 0 && !guard_is_nested() &&
	    (epoch != RECORDER_LIVE(socket->attributed_epoch) ||
	     calls < TRANSFER_SENDS_ATTRIBUTED || idle > settings.idle_ms * TRANSFER_NS_PER_MS))
		transfer_attribute(socket, fd, epoch);
}

HOT_CODE void recorder_transferred(struct trace_socket *socket, int fd,
				   enum recorder_direction direction, int64_t result, int error,
				   bool asked)
{
	if (!recorder_is_ready())
		return;
	/* A fork while the call was blocked: this process has another file now. */
	if (!sink_holds(socket)) {
		socket = sockets_record(sockets_slot(fd));
		if (socket == NULL)
			return;
	}
	if (direction == RECORDER_SENT &&
	    __atomic_load_n(&socket->peer_ended_ns, __ATOMIC_RELAXED) != 0)
		transfer_store_first(&socket->stale_io_ns, clock_now_ns());
	if (result < 0) {
		transfer_failed(socket, fd, error);
		return;
	}
	if (recorder_has_flag(socket, TRACE_SOCKET_CONNECTING))
		recorder_connect_finish(socket, fd, 0);
	if (direction == RECORDER_RECEIVED && result == 0 && recorder_is_stream(socket)) {
		if (asked)
			transfer_store_first(&socket->peer_ended_ns, clock_now_ns());
		return;
	}
	transfer_counted(socket, fd, direction, (uint64_t)result);
}
