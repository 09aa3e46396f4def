#include "render_show_socket.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "model.h"
#include "quantity.h"
#include "socket_facts.h"
#include "story.h"
#include "terminal.h"
#include "words.h"

/* sun_path and a name, each byte as \xNN at worst */
#define PEER_SIZE 192

static void address_escape(const struct terminal *terminal, const struct model *model,
			   const struct model_address *address, char *text, size_t size)
{
	struct address_text raw;

	if (address_text_fill(model, address, &raw))
		terminal_escape(terminal, raw.bytes, raw.size_bytes, text, size);
	else
		snprintf(text, size, "no address");
}

/* ---- facts ---- */

static void addresses_print(const struct terminal *terminal, const struct model *model,
			    const struct model_socket *socket, FILE *out)
{
	char text[1024];

	if (socket->local.family != 0) {
		address_escape(terminal, model, &socket->local, text, sizeof text);
		fprintf(out, "  local      %s\n", text);
	}
	if (socket->peer.family != 0) {
		address_escape(terminal, model, &socket->peer, text, sizeof text);
		fprintf(out, "  peer       %s", text);
		if (socket_has_peer_name(socket)) {
			terminal_escape(terminal, socket->peer_name, strlen(socket->peer_name),
					text, sizeof text);
			fprintf(out, ", looked up as %s", text);
		}
		fputc('\n', out);
	}
}

static void traffic_print(const struct terminal *terminal, const struct model *model,
			  const struct model_socket *socket, FILE *out)
{
	uint64_t sends = model_socket_sends(socket), receives = model_socket_receives(socket);
	const char *state = socket_tcp_state(socket);
	struct quantity quantity = {{0}};

	fprintf(out, "  sent       %s in %" PRIu64 " call%s\n",
		quantity_bytes(model_socket_bytes_sent(socket), &quantity), sends,
		sends == 1 ? "" : "s");
	fprintf(out, "  received   %s in %" PRIu64 " call%s\n",
		quantity_bytes(model_socket_bytes_received(socket), &quantity), receives,
		receives == 1 ? "" : "s");
	if (socket->last_io_ns != TIME_NONE)
		fprintf(out, "  idle       %s at the longest\n",
			quantity_duration(terminal, socket_idle_ns(model, socket), &quantity));
	if (state != NULL)
		fprintf(out, "  TCP state  %s when last looked at\n", state);
}

/* Rows of the same kernel socket: the descriptor was inherited, passed or received back. */
static void twins_print(const struct model *model, uint32_t index, FILE *out)
{
	uint64_t cookie = model_socket_cookie(&model->sockets[index]);

	if (cookie == 0)
		return;
	for (uint32_t i = 0; i < model->sockets_count; i++) {
		if (i != index && model_socket_cookie(&model->sockets[i]) == cookie)
			fprintf(out, "  same as    s%" PRIu64 " in p%" PRIu64 " (%s)\n",
				(uint64_t)i + 1, (uint64_t)model->sockets[i].process + 1,
				words_origin(model->sockets[i].origin));
	}
}

static void objects_print(const struct terminal *terminal, const struct model *model,
			  const char *label, const struct model_link *links, uint32_t count,
			  FILE *out)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct model_link *link = &links[i];
		const char *name = model->objects[link->object].class_name;
		bool is_weak = link->match == TRACE_MATCH_TASK || link->match == TRACE_MATCH_THREAD;
		char text[512];

		terminal_escape(terminal, name, strlen(name), text, sizeof text);
		fprintf(out, "  %-9s  o%" PRIu64 " %s #%" PRIu32 " (%s%s)\n", label,
			(uint64_t)link->object + 1, text, model->objects[link->object].number,
			is_weak ? "a weaker match, by " : "by ", words_match(link->match));
	}
}

void render_show_socket_facts(const struct terminal *terminal, const struct model *model,
			      uint32_t index, FILE *out)
{
	const struct model_socket *socket = &model->sockets[index];

	fprintf(out, "  kind       %s %s, fd %d, cookie %" PRIu64, words_family(socket->family),
		words_socket_type(socket->type), model_socket_fd(socket),
		model_socket_cookie(socket));
	if (model_socket_inode(socket) != 0)
		fprintf(out, ", inode %" PRIu64, model_socket_inode(socket));
	fputc('\n', out);
	addresses_print(terminal, model, socket, out);
	if (socket->owner_count != 0)
		objects_print(terminal, model, "owner", model->links + socket->first_owner,
			      socket->owner_count, out);
	if (socket->user_count != 0)
		objects_print(terminal, model, "user", model_socket_users(model, socket),
			      socket->user_count, out);
	traffic_print(terminal, model, socket, out);
	twins_print(model, index, out);
}

/* ---- story ---- */

static void birth_add(const struct model_socket *socket, struct story *story)
{
	static const char *const words[] = {
		[TRACE_ORIGIN_CONNECT] = "created by socket()",
		[TRACE_ORIGIN_ACCEPT] = "accepted",
		[TRACE_ORIGIN_SOCKETPAIR] = "created by socketpair()",
		[TRACE_ORIGIN_INHERITED] = "inherited",
		[TRACE_ORIGIN_RECEIVED] = "received from another process",
		[TRACE_ORIGIN_ADOPTED] = "first seen, in mid-life",
	};
	size_t origin = socket->origin;
	bool is_known = origin < sizeof words / sizeof words[0] && words[origin] != NULL;

	if (socket->parent != MODEL_NONE)
		story_add(story, socket->created_ns, socket->opened_stack,
			  "%s as fd %d, with s%" PRIu64, is_known ? words[origin] : "opened",
			  model_socket_fd(socket), (uint64_t)socket->parent + 1);
	else
		story_add(story, socket->created_ns, socket->opened_stack, "%s as fd %d",
			  is_known ? words[origin] : "opened", model_socket_fd(socket));
}

static void connect_add(const struct terminal *terminal, const struct model *model,
			const struct model_connect *connect, struct story *story)
{
	int64_t latency_ns = time_between(connect->started_ns, connect->finished_ns);
	struct quantity quantity;
	char peer[PEER_SIZE];

	address_escape(terminal, model, &connect->peer, peer, sizeof peer);
	story_add(story, connect->started_ns, connect->stack, "connect to %s", peer);
	if (connect->error == 0)
		story_add(story, connect->finished_ns, MODEL_NONE, "connected, after %s",
			  quantity_duration(terminal, latency_ns, &quantity));
	else if (connect->error != EINPROGRESS)
		story_add(story, connect->finished_ns, MODEL_NONE, "connect failed: %s, after %s",
			  words_errno(connect->error),
			  quantity_duration(terminal, latency_ns, &quantity));
}

static void event_add(const struct model_event *event, struct story *story)
{
	const char *word = words_event(event->what);

	switch (event->what) {
	case TRACE_EVENT_LISTEN:
		story_add(story, event->time_ns, event->stack, "listens, backlog %d", event->value);
		return;
	case TRACE_EVENT_SHUTDOWN:
		story_add(story, event->time_ns, event->stack, "shut down: %s",
			  words_shutdown(event->value));
		return;
	case TRACE_EVENT_DUP:
		story_add(story, event->time_ns, event->stack, "fd %d duplicated to %d", event->fd,
			  event->value);
		return;
	case TRACE_EVENT_FD_CLOSED:
		story_add(story, event->time_ns, event->stack, "fd %d closed, others still name it",
			  event->fd);
		return;
	case TRACE_EVENT_CLOSE_FAILED:
		story_add(story, event->time_ns, event->stack, "close of fd %d failed: %s",
			  event->fd, words_errno(event->value));
		return;
	case TRACE_EVENT_PEER_CLOSED:
		return; /* the peer's end has a line of its own */
	case TRACE_EVENT_UNREAD:
		story_add(story, event->time_ns, event->stack,
			  "closed over %d received bytes that nobody had read", event->value);
		return;
	default:
		story_add(story, event->time_ns, event->stack, "%s, fd %d", word, event->fd);
	}
}

static void end_add(const struct model *model, const struct model_socket *socket,
		    struct story *story)
{
	const struct model_process *process = &model->processes[socket->process];
	bool has_error = socket->error != 0;

	if (socket->end == 0)
		story_add(story, process->ended_ns, MODEL_NONE,
			  "still open when its process ended");
	else
		story_add(story, socket->closed_ns, socket->closed_stack, "end: %s%s%s",
			  words_end(socket->end), has_error ? ", broken by " : "",
			  has_error ? words_errno(socket->error) : "");
}

void render_show_socket_story(const struct terminal *terminal, const struct model *model,
			      uint32_t index, struct story *story)
{
	const struct model_socket *socket = &model->sockets[index];
	const uint32_t none = MODEL_NONE;
	const struct model_connect *connects;
	struct model_connect only;
	uint32_t connect_count = model_socket_connects(model, index, &only, &connects);

	birth_add(socket, story);
	if (socket->origin != TRACE_ORIGIN_ACCEPT) {
		for (uint32_t i = 0; i < connect_count; i++)
			connect_add(terminal, model, &connects[i], story);
	}
	for (uint32_t i = 0; i < model->events_count; i++) {
		if (model->events[i].socket == index)
			event_add(&model->events[i], story);
	}
	story_add(story, model_socket_first_io_ns(model, socket), none, "first I/O");
	story_add(story, socket->last_io_ns, none, "last I/O");
	story_add(story, socket->peer_closed_ns, none, "the peer closed");
	story_add(story, model_socket_stale_io_ns(model, socket), none,
		  "I/O tried after the peer had closed");
	end_add(model, socket, story);
}
