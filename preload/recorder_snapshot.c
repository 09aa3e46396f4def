/* Snapshots: what is open at a moment that the user asked for. */
#include "clock.h"
#include "recorder_state.h"
#include "settings.h"
#include "sink.h"
#include "sockets.h"

#define SNAPSHOT_ERRNO_NS                                                                          \
	UINT64_C(1000000000) /* one a second: a loop that tries again is no news */

static uint64_t snapshot_errno_ns; /* atomic: when the last one for an errno was made */
static uint32_t snapshot_next;     /* atomic: the count that marks the next one; 0: dump_at's */

static bool snapshot_write_held(const struct trace_snapshot *snapshot, struct trace_socket *socket)
{
	struct trace_held *held = sink_reserve(sizeof(*held));

	if (held == NULL)
		return false;
	held->snapshot = snapshot->id;
	held->socket = socket->id;
	held->bytes_sent = __atomic_load_n(&socket->bytes_sent, __ATOMIC_RELAXED);
	held->bytes_received = __atomic_load_n(&socket->bytes_received, __ATOMIC_RELAXED);
	held->sends = __atomic_load_n(&socket->sends, __ATOMIC_RELAXED);
	held->receives = __atomic_load_n(&socket->receives, __ATOMIC_RELAXED);
	held->last_io_ns = __atomic_load_n(&socket->last_io_ns, __ATOMIC_RELAXED);
	held->longest_idle_ns = __atomic_load_n(&socket->longest_idle_ns, __ATOMIC_RELAXED);
	held->fd_count = __atomic_load_n(&socket->fd_count, __ATOMIC_RELAXED);
	held->flags = __atomic_load_n(&socket->flags, __ATOMIC_RELAXED);
	sink_commit(&held->record, TRACE_HELD);
	return true;
}

bool recorder_has_lower_fd(const struct trace_socket *socket, uint32_t limit)
{
	if (__atomic_load_n(&socket->fd_count, __ATOMIC_RELAXED) < 2)
		return false;
	for (uint32_t fd = 0; fd < limit; fd++) {
		if (sockets_record(sockets_slot((int)fd)) == socket)
			return true;
	}
	return false;
}

void recorder_snapshot(enum trace_snapshot_reason reason, int value)
{
	struct trace_snapshot *snapshot = recorder_be_born() ? sink_reserve(sizeof(*snapshot))
							     : NULL;
	struct recorder_capture capture;

	if (snapshot == NULL)
		return;
	snapshot->id = __atomic_add_fetch(&recorder.last_snapshot_id, 1, __ATOMIC_RELAXED);
	snapshot->reason = reason;
	snapshot->value = value;
	snapshot->time_ns = clock_now_ns();
	snapshot->tid = recorder_tid();
	/* A handler says nothing of who is about to do what, and must not wait for a runtime. */
	if (reason != TRACE_SNAPSHOT_SIGNAL)
		snapshot->stack = recorder_capture(&capture, RECORDER_BIRTH, 0, -1);
	for (uint32_t fd = 0; fd < sockets_fd_end(); fd++) {
		struct trace_socket *socket = sockets_record(sockets_slot((int)fd));

		if (socket == NULL || !recorder_look_again((int)fd) ||
		    recorder_has_lower_fd(socket, fd))
			continue;
		recorder_look_at_tcp(socket, (int)fd);
		snapshot->held_count += snapshot_write_held(snapshot, socket);
	}
	sink_commit(&snapshot->record, TRACE_SNAPSHOT);
}

/* Every doubling marks one more, so that growth shows and a busy server is not drowned. */
void recorder_count_open(void)
{
	uint32_t count = __atomic_add_fetch(&recorder.open_count, 1, __ATOMIC_RELAXED);
	uint32_t next = __atomic_load_n(&snapshot_next, __ATOMIC_RELAXED);

	if (settings.dump_at == 0 || settings.dump_at >= SETTINGS_DUMP_AT_EMFILE)
		return;
	if (count >= (next != 0 ? next : settings.dump_at) &&
	    __atomic_compare_exchange_n(&snapshot_next, &next, 2 * count, false, __ATOMIC_RELAXED,
					__ATOMIC_RELAXED))
		recorder_snapshot(TRACE_SNAPSHOT_COUNT, (int)count);
}

void recorder_out_of_descriptors(int error)
{
	uint64_t now = clock_now_ns();
	uint64_t last = __atomic_load_n(&snapshot_errno_ns, __ATOMIC_RELAXED);

	/* Before the trace is born there is nothing to tell, nor a descriptor for it. */
	if (settings.dump_at != SETTINGS_DUMP_AT_EMFILE || !recorder_is_ready() ||
	    (last != 0 && now - last < SNAPSHOT_ERRNO_NS))
		return;
	if (__atomic_compare_exchange_n(&snapshot_errno_ns, &last, now, false, __ATOMIC_RELAXED,
					__ATOMIC_RELAXED))
		recorder_snapshot(TRACE_SNAPSHOT_ERRNO, error);
}
