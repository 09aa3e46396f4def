/* Marks, and what is open since one: how a test runner asks what a test has left behind. */
#include "clock.h"
#include "recorder_state.h"
#include "sink.h"
#include "sockets.h"

uint64_t recorder_mark(enum trace_mark_kind what, const char *name, size_t size_bytes, uint32_t pid)
{
	struct trace_mark *mark;
	uint32_t string;

	if (!recorder_be_born())
		return 0;
	string = recorder_string(name, size_bytes);
	mark = string != 0 ? sink_reserve(sizeof(*mark)) : NULL;
	if (mark == NULL)
		return 0;
	mark->time_ns = clock_now_ns();
	mark->what = what;
	mark->name = string;
	mark->pid = pid;
	mark->tid = recorder_tid();
	sink_commit(&mark->record, TRACE_MARK);
	return mark->time_ns;
}

/* Pairs and libc's own sockets are the business of loops and resolvers, not of a test. */
static bool mark_counts(const struct trace_socket *socket, uint64_t since_ns)
{
	uint32_t flags = __atomic_load_n(&socket->flags, __ATOMIC_RELAXED);

	return socket->created_ns >= since_ns && socket->origin != TRACE_ORIGIN_SOCKETPAIR &&
	       (flags & TRACE_SOCKET_BRACKETED) == 0 &&
	       (flags & (TRACE_SOCKET_CONNECTED | TRACE_SOCKET_LISTENING)) != 0;
}

uint32_t recorder_open_since(uint64_t since_ns)
{
	uint32_t count = 0;

	if (!recorder_is_ready())
		return 0;
	for (uint32_t fd = 0; fd < sockets_fd_end(); fd++) {
		const struct trace_socket *socket = sockets_record(sockets_slot((int)fd));

		if (socket != NULL && mark_counts(socket, since_ns) &&
		    !recorder_has_lower_fd(socket, fd))
			count++;
	}
	return count;
}
