/*
 * Who closed first, where the program shut its side down before it closed: by the time of the close
 * both sides may be done, and the kernel's state does not tell any more (Linux' tcp_done()).
 */
#include "model_loader.h"

#include <sys/socket.h>

#define MS_NS INT64_C(1000000)

/* Seen just before we shut our side down: the peer's end had come so long before. */
static void peer_closed(struct model_socket *socket, const struct model_event *event)
{
	int64_t ago_ns = event->value > 0 ? event->value * MS_NS : 0;
	int64_t time_ns = event->time_ns - ago_ns;

	if (socket->connected_ns != TIME_NONE && time_ns < socket->connected_ns)
		time_ns = socket->connected_ns;
	if (socket->is_shut_first)
		return;
	if (socket->peer_closed_ns == TIME_NONE || time_ns < socket->peer_closed_ns)
		socket->peer_closed_ns = time_ns;
	socket->is_peer_first = true;
}

/*
 * Behind our own end the peer's is an answer, which comes before our close or after it as the
 * machine likes: it is told only if the program has read it. Times that are taken from the kernel's
 * tick may seem to lie before their cause.
 */
static void shut_down(struct model_socket *socket, const struct model_event *event)
{
	bool was_over = socket->is_end_seen && socket->peer_closed_ns <= event->time_ns;

	if (event->value == SHUT_RD || socket->is_peer_first || socket->is_shut_first || was_over)
		return;
	socket->is_shut_first = true;
	if (!socket->is_end_seen)
		socket->peer_closed_ns = TIME_NONE;
	else if (socket->peer_closed_ns < event->time_ns)
		socket->peer_closed_ns = event->time_ns;
}

void model_find_closers(struct model *model)
{
	for (uint32_t i = 0; i < model->events_count; i++) {
		const struct model_event *event = &model->events[i];

		if (event->what == TRACE_EVENT_PEER_CLOSED)
			peer_closed(&model->sockets[event->socket], event);
		else if (event->what == TRACE_EVENT_SHUTDOWN)
			shut_down(&model->sockets[event->socket], event);
	}
}
