/* What the sockets of one place are, and which of them were opened for nothing. */
#include <errno.h>
#include <sys/socket.h>

#include "model.h"
#include "rule_facts.h"
#include "rule_scene.h"
#include "rule_sites.h"
#include "socket_facts.h"
#include "verdict_facts.h"

/* Bound for others to send to it, listening, or about to connect: it is meant to stay. */
static bool is_other(const struct model *model, uint32_t socket)
{
	const struct model_socket *row = &model->sockets[socket];

	return row->origin == TRACE_ORIGIN_CONNECT && rule_is_own_descriptor(model, socket) &&
	       (row->flags & TRACE_SOCKET_LISTENING) == 0 && row->connect_error != EINPROGRESS &&
	       (row->local.family == 0 || row->connect_error != 0 || model_socket_sends(row) != 0);
}

bool rule_site_kind(const struct rule_scene *scene, uint32_t socket, enum rule_site_kind *kind)
{
	unsigned int kinds = scene->kinds[socket];

	if ((kinds & RULE_KIND_CONNECTION) != 0)
		*kind = (kinds & RULE_KIND_CLIENT) != 0 ? RULE_SITE_CLIENT : RULE_SITE_SERVER;
	else
		*kind = RULE_SITE_OTHER;
	return *kind != RULE_SITE_OTHER || is_other(scene->model, socket);
}

/*
 * A pool takes an idle connection before it opens another one. So one that had fallen silent when
 * the same line opened the next, and that nobody ever used again, is forgotten.
 */
static bool is_superseded(const struct model_socket *socket, const struct model_socket *next)
{
	return rule_silent_since_ns(socket) <= next->created_ns;
}

/* A datagram socket is told by its traffic; for the others connecting in vain is enough. */
static bool is_in_vain(const struct model_socket *socket)
{
	return socket->type != SOCK_DGRAM || model_socket_sends(socket) != 0 ||
	       socket->connect_error != 0;
}

static bool is_long_without_peer(const struct rule_scene *scene, const struct model_socket *socket)
{
	int64_t held_ns = time_between(socket->peer_closed_ns,
				       socket_ended_ns(scene->model, socket));

	return (socket->flags & TRACE_SOCKET_SHUT_WRITE) == 0 && held_ns != TIME_NONE &&
	       held_ns > scene->settings->grace_ns && verdict_is_server_closed(socket);
}

bool rule_site_is_abandoned(const struct rule_scene *scene, const struct rule_site *site,
			    uint32_t place)
{
	const struct model_socket *rows = scene->model->sockets;
	const uint32_t *sockets = scene->site_sockets + site->first;
	const struct model_socket *socket = &rows[sockets[place]];

	if (site->kind == RULE_SITE_SERVER)
		return is_long_without_peer(scene, socket);
	return place + 1 < site->count && is_superseded(socket, &rows[sockets[place + 1]]) &&
	       (site->kind == RULE_SITE_CLIENT || is_in_vain(socket));
}
