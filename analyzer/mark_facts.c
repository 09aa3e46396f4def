#include "mark_facts.h"

#include "model.h"
#include "socket_facts.h"

bool mark_opens(const struct model_socket *socket)
{
	return socket_is_connection(socket) || (socket->flags & TRACE_SOCKET_LISTENING) != 0;
}

bool mark_leaves(const struct model_mark *mark, const struct model_socket *socket)
{
	if (!mark_opens(socket))
		return false;
	return socket->closed_ns == TIME_NONE ||
	       (mark->ended_ns != TIME_NONE && socket->closed_ns > mark->ended_ns);
}
