/* Traffic: the hot path. No system call here but for the rare moments that say so. */
#include <errno.h>
#include <sys/single_threaded.h>

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

static __attribute__((noinline)) struct trace_socket *transfer_unborn(uint64_t slot, int fd)
{
	/* Hooks ask before the real call, when errno is still the program's. */
	int error = errno;
	unsigned int depth;

	if (slot == 0 || guard_is_up())
		return NULL;
	depth = guard_raise();
	recorder_be_born();
	guard_restore(depth);
	errno = error;
	return sockets_record(sockets_slot(fd));
}

HOT_CODE struct trace_socket *recorder_socket_in(uint64_t slot, int fd)
{
	if (__builtin_expect(slot <= SOCKETS_SLOT_UNBORN, 0))
		return transfer_unborn(slot, fd);
	return sink_at((uint32_t)slot);
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
static uint64_t transfer_touch(struct trace_socket *socket)
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

static void transfer_counted(struct trace_socket *socket, int fd, enum recorder_direction direction,
			     uint64_t bytes)
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

void recorder_transferred(struct trace_socket *socket, int fd, enum recorder_direction direction,
			  int64_t result, int error, bool asked)
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

/*
 * Counts what was moved. One instruction a counter is enough where no other thread counts, since a
 * signal handler cannot come in its middle; the lock would cost as much as all the rest here.
 */
static inline void transfer_add(struct trace_socket *socket, enum recorder_direction direction,
				uint64_t bytes)
{
	bool is_sent = direction == RECORDER_SENT;
	uint64_t *bytes_at = is_sent ? &socket->bytes_sent : &socket->bytes_received;
	uint64_t *calls_at = is_sent ? &socket->sends : &socket->receives;

#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
	if (__builtin_expect(__libc_single_threaded && !RECORDER_LIVE(recorder.has_companion), 1)) {
		__asm__ volatile("addq %2, %0\n\tincq %1"
				 : "+m"(*bytes_at), "+m"(*calls_at)
				 : "r"(bytes)
				 : "cc");
		return;
	}
#endif
	__atomic_fetch_add(bytes_at, bytes, __ATOMIC_RELAXED);
	__atomic_fetch_add(calls_at, 1, __ATOMIC_RELAXED);
}

/* Nobody has to be asked who uses the socket: see transfer_counted(). */
static inline bool transfer_is_attributed(const struct trace_socket *socket, uint64_t idle)
{
	uint32_t epoch = __atomic_load_n(&recorder.epoch, __ATOMIC_RELAXED);

	return __builtin_expect(epoch == 0, 1) ||
	       (epoch == RECORDER_LIVE(socket->attributed_epoch) &&
		RECORDER_LIVE(socket->sends) >= TRANSFER_SENDS_ATTRIBUTED &&
		idle <= settings.idle_ms * TRANSFER_NS_PER_MS);
}

/* The clock is read before, so that no call comes between the two ends of the guard. */
static inline bool transfer_count(struct trace_socket *socket, enum recorder_direction direction,
				  uint64_t bytes, uint64_t now)
{
	uint64_t last, idle;

	if (__builtin_expect(!__atomic_load_n(&recorder.life->is_ready, __ATOMIC_ACQUIRE), 0) ||
	    __builtin_expect(!sink_holds(socket), 0))
		return false;
	last = RECORDER_LIVE(socket->last_io_ns);
	if (__builtin_expect(last <= RECORDER_LIVE(recorder.forked_ns), 0) ||
	    __builtin_expect(recorder_has_flag(socket, TRACE_SOCKET_CONNECTING), 0))
		return false;
	idle = now > last ? now - last : 0;
	if (direction == RECORDER_SENT &&
	    (__builtin_expect(RECORDER_LIVE(socket->peer_ended_ns) != 0, 0) ||
	     __builtin_expect(!transfer_is_attributed(socket, idle), 0)))
		return false;
	if (__builtin_expect(idle > 0, 0)) {
		RECORDER_SET(socket->last_io_ns, now);
		if (idle > RECORDER_LIVE(socket->longest_idle_ns))
			RECORDER_SET(socket->longest_idle_ns, idle);
	}
	transfer_add(socket, direction, bytes);
	return true;
}

HOT_CODE bool recorder_counted(struct trace_socket *socket, enum recorder_direction direction,
			       uint64_t bytes)
{
	uint64_t now = clock_coarse_ns();
	bool is_counted;

	if (!guard_try_raise())
		return false;
	is_counted = transfer_count(socket, direction, bytes, now);
	guard_lower();
	return is_counted;
}
