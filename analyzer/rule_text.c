#include "rule_text.h"

#include <inttypes.h>
#include <string.h>

#include "model.h"
#include "quantity.h"
#include "rule_scene.h"
#include "socket_facts.h"
#include "terminal.h"

static void peer_print(const struct model *model, const struct model_socket *socket, FILE *out)
{
	bool is_listening = (socket->flags & TRACE_SOCKET_LISTENING) != 0;
	bool is_accepted = socket->origin == TRACE_ORIGIN_ACCEPT;
	struct address_text text;

	if (!address_text_fill(model, is_listening ? &socket->local : &socket->peer, &text))
		return;
	fputs(is_listening ? " at " : is_accepted ? " from " : " to ", out);
	fwrite(text.bytes, 1, text.size_bytes, out);
	if (socket->peer_name != NULL && strstr(text.bytes, socket->peer_name) == NULL)
		fprintf(out, " (%s)", socket->peer_name);
}

void rule_text_sockets(const struct rule_scene *scene, const struct rule_row *row, FILE *out)
{
	const struct model_socket *socket = &scene->model->sockets[row->first.socket];
	const char *noun = "connection";

	if ((socket->flags & TRACE_SOCKET_LISTENING) != 0)
		noun = "listening socket";
	else if (!socket_is_connection(socket) && row->first.rule != RULE_CONNECT_FAILED)
		noun = "socket";
	if (row->count == 1)
		fprintf(out, "the %s", noun);
	else
		fprintf(out, "%" PRIu32 " %ss", row->count, noun);
	if (!row->has_other_peers)
		peer_print(scene->model, socket, out);
}

void rule_text_holder(const struct rule_scene *scene, const struct rule_row *row, FILE *out)
{
	if (row->first.object != MODEL_NONE)
		fprintf(out, " of %s", scene->model->objects[row->first.object].class_name);
}

const char *rule_text_verb(const struct rule_row *row, const char *one, const char *many)
{
	return row->count == 1 ? one : many;
}

void rule_text_duration(int64_t duration_ns, FILE *out)
{
	static const struct terminal plain = {0};
	struct quantity quantity;

	fputs(quantity_duration(&plain, duration_ns, &quantity), out);
}
