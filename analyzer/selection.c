#include "selection.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "model.h"
#include "socket_facts.h"
#include "words.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static bool is_program_named(const struct model_process *process, const char *glob)
{
	const char *name = process->arguments[0];

	return fnmatch(glob, base_name(process->exe), 0) == 0 ||
	       (name != NULL && fnmatch(glob, base_name(name), 0) == 0);
}

bool selection_has_process(const struct selection *selection, const struct model *model,
			   uint32_t process)
{
	const struct model_process *row = &model->processes[process];
	const char *asked = selection->process;
	char id[24], pid[24];

	if (asked == NULL)
		return true;
	snprintf(id, sizeof id, "p%" PRIu64, (uint64_t)process + 1);
	snprintf(pid, sizeof pid, "%" PRIu32, row->pid);
	return strcmp(asked, id) == 0 || strcmp(asked, pid) == 0 || is_program_named(row, asked);
}

static bool has_peer(const struct model *model, const struct model_socket *socket, const char *glob)
{
	struct address_text peer;

	if (socket->peer_name != NULL && fnmatch(glob, socket->peer_name, 0) == 0)
		return true;
	if (!address_text_fill(model, &socket->peer, &peer))
		return false;
	/* as it is too: the brackets of an IPv6 address mean something else in a glob */
	return strcmp(glob, peer.bytes) == 0 || fnmatch(glob, peer.bytes, 0) == 0;
}

static bool has_end(const struct model_socket *socket, const char *word)
{
	if (socket->end == 0)
		return strcmp(word, SELECTION_END_OPEN) == 0;
	return strcmp(word, words_end(socket->end)) == 0;
}

bool selection_has(const struct selection *selection, const struct model *model, uint32_t socket)
{
	const struct model_socket *row = &model->sockets[socket];

	if (!selection_has_process(selection, model, row->process))
		return false;
	if (selection->peer != NULL && !has_peer(model, row, selection->peer))
		return false;
	if (selection->origin != NULL && strcmp(selection->origin, words_origin(row->origin)) != 0)
		return false;
	if (selection->end != NULL && !has_end(row, selection->end))
		return false;
	return !selection->is_open_only || model_socket_is_open_at_end(row);
}

bool selection_is_noise(const struct model *model, uint32_t socket)
{
	const struct model_socket *row = &model->sockets[socket];
	bool is_ours = row->family == AF_INET || row->family == AF_INET6 || row->family == AF_UNIX;
	bool is_stream = row->type == SOCK_STREAM || row->type == SOCK_SEQPACKET;

	/* a shell's or a runner's pipe may be a socket; a server's client (inetd) is a connection
	 */
	bool is_pipe = row->family == AF_UNIX && (row->flags & TRACE_SOCKET_STDIO) != 0;

	return !is_ours || !is_stream || is_pipe || (row->flags & TRACE_SOCKET_BRACKETED) != 0;
}
