#include "render_objects_timeline.h"

#include <inttypes.h>

#include "model.h"
#include "object_facts.h"
#include "object_tree.h"
#include "quantity.h"
#include "socket_facts.h"
#include "terminal.h"
#include "words.h"

/* Beside the cells stand an id, two moments and the word for the end. */
#define BESIDE_WIDTH 40u
#define LEAST_WIDTH  10u

/* The socket at `place` of those that the object opened, when it gets a line; else NULL. */
static const struct model_socket *line_of(const struct model *model, uint32_t object,
					  uint32_t place, bool held_only)
{
	uint32_t index = model->opened[model->objects[object].first_opened + place];
	const struct model_socket *socket = &model->sockets[index];

	if (!socket_is_connection(socket) || (held_only && object_holder(model, socket) != object))
		return NULL;
	return socket;
}

static void object_add(struct timelines *timelines, uint32_t object, bool held_only)
{
	const struct model *model = timelines->model;

	for (uint32_t i = 0; i < model->objects[object].opened_count; i++) {
		const struct model_socket *socket = line_of(model, object, i, held_only);

		if (socket == NULL)
			continue;
		timelines->count++;
		timeline_span_add(&timelines->span, model, socket);
	}
}

void timelines_init(struct timelines *timelines, const struct terminal *terminal,
		    const struct model *model, const struct object_tree *tree)
{
	*timelines = (struct timelines){
		.terminal = terminal, .model = model, .span = TIMELINE_SPAN_EMPTY};
	for (uint32_t i = 0; i < tree->group_count; i++) {
		if (tree->groups[i].count == 1)
			object_add(timelines, tree->groups[i].first, true);
	}
}

void timelines_init_object(struct timelines *timelines, const struct terminal *terminal,
			   const struct model *model, uint32_t object)
{
	*timelines = (struct timelines){
		.terminal = terminal, .model = model, .span = TIMELINE_SPAN_EMPTY};
	object_add(timelines, object, false);
}

static size_t cells_width(const struct terminal *terminal, unsigned int indent)
{
	unsigned int beside = BESIDE_WIDTH + indent;

	if (terminal->width < beside + LEAST_WIDTH)
		return LEAST_WIDTH;
	return terminal->width - beside < TIMELINE_WIDTH ? terminal->width - beside
							 : TIMELINE_WIDTH;
}

static void line_print(const struct timelines *timelines, const struct model_socket *socket,
		       unsigned int indent, FILE *out)
{
	const struct model *model = timelines->model;
	char cells[TIMELINE_WIDTH + 1];
	struct quantity from, to;
	uint64_t id = (uint64_t)(socket - model->sockets) + 1;

	timeline_draw(&timelines->span, model, socket, cells,
		      cells_width(timelines->terminal, indent));
	fprintf(out, "%*ss%-4" PRIu64 " %8s ", (int)indent, "", id,
		quantity_moment(socket->created_ns, &from));
	terminal_print(timelines->terminal, out, TERMINAL_QUIET, "|");
	fputs(cells, out);
	terminal_print(timelines->terminal, out, TERMINAL_QUIET, "|");
	fprintf(out, " %s %s\n", quantity_moment(socket_ended_ns(model, socket), &to),
		socket->end != 0 ? words_end(socket->end) : "open");
}

void timelines_print(const struct timelines *timelines, uint32_t object, bool held_only,
		     unsigned int indent, FILE *out)
{
	const struct model *model = timelines->model;

	for (uint32_t i = 0; i < model->objects[object].opened_count; i++) {
		const struct model_socket *socket = line_of(model, object, i, held_only);

		if (socket != NULL)
			line_print(timelines, socket, indent, out);
	}
}

void timelines_print_legend(const struct timelines *timelines, FILE *out)
{
	terminal_print(
		timelines->terminal, out, TERMINAL_QUIET,
		"  # I/O  = now and then  - idle  ~ half-closed: the peer has closed, we hold on");
	fputc('\n', out);
}
