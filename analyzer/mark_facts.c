#include "mark_facts.h"

#include "model.h"
#include "socket_facts.h"

bool mark_leaves(const struct model_mark *mark, const struct model_socket *socket)
{
	if (!socket_is_connection(socket) && (socket->flags & TRACE_SOCKET_LISTENING) == 0)
		return false;
	return socket->closed_ns == TIME_NONE ||
	       (mark->ended_ns != TIME_NONE && socket->closed_ns > mark->ended_ns);
}
