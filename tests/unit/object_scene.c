#include "object_scene.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "matcher.h"
#include "render_show.h"
#include "symbols.h"
#include "terminal.h"

static void lists_free(struct model *model)
{
	uint32_t **const lists[] = {&model->opened, &model->used, &model->open_at_end,
				    &model->made};

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		free(*lists[i]);
		*lists[i] = NULL;
	}
}

void object_scene_init(struct object_scene *scene)
{
	struct model *model = &scene->hand.model;

	hand_init(&scene->hand);
	scene->text = NULL;
	scene->timelines = RENDER_TIMELINES_FEW;
	/* the matcher makes its own */
	model->opened = model->used = model->open_at_end = NULL;
}

void object_scene_release(struct object_scene *scene)
{
	lists_free(&scene->hand.model);
	free(scene->text);
	scene->text = NULL;
}

uint32_t object_scene_object(struct object_scene *scene, const char *class_name,
			     enum trace_role role, int64_t created_ns)
{
	struct model_object *object = hand_object(&scene->hand, class_name);

	object->role = role;
	object->created_ns = created_ns;
	object->constructed_ns = created_ns + HAND_MS;
	return (uint32_t)(object - scene->hand.objects);
}

uint32_t object_scene_child(struct object_scene *scene, uint32_t parent, const char *class_name,
			    enum trace_role role)
{
	uint32_t child = object_scene_object(scene, class_name, role,
					     scene->hand.objects[parent].created_ns + HAND_MS);

	scene->hand.objects[child].parent = parent;
	return child;
}

void object_scene_gone(struct object_scene *scene, uint32_t object, enum trace_object_end end,
		       int64_t ended_ns)
{
	scene->hand.objects[object].end = end;
	scene->hand.objects[object].ended_ns = ended_ns;
}

uint32_t object_scene_socket(struct object_scene *scene, int64_t connect_ns)
{
	struct model_socket *socket = hand_socket(&scene->hand);
	int64_t later_ns = connect_ns - socket->created_ns;

	socket->created_ns += later_ns;
	socket->connect_started_ns += later_ns;
	socket->connected_ns += later_ns;
	hand_record(socket)->first_io_ns += (uint64_t)later_ns;
	socket->last_io_ns += later_ns;
	socket->closed_ns += later_ns;
	return (uint32_t)(socket - scene->hand.sockets);
}

uint32_t object_scene_socket_open(struct object_scene *scene, int64_t connect_ns)
{
	uint32_t index = object_scene_socket(scene, connect_ns);

	scene->hand.sockets[index].end = TRACE_END_EXIT;
	scene->hand.sockets[index].closed_ns = 2 * HAND_S;
	return index;
}

void object_scene_peer_closes(struct object_scene *scene, uint32_t socket, int64_t last_io_ns,
			      int64_t peer_closed_ns)
{
	scene->hand.sockets[socket].last_io_ns = last_io_ns;
	scene->hand.sockets[socket].peer_closed_ns = peer_closed_ns;
}

static struct model_link *link_add(struct object_scene *scene, uint32_t socket, uint32_t object,
				   enum trace_link_kind what)
{
	uint32_t index = scene->hand.model.links_count++;

	cr_assert_lt(index, HAND_ROWS_MAX);
	scene->hand.links[index] = (struct model_link){.socket = socket,
						       .object = object,
						       .what = what,
						       .match = TRACE_MATCH_STACK,
						       .rank = (uint16_t)index};
	return &scene->hand.links[index];
}

struct model_link *object_scene_owner(struct object_scene *scene, uint32_t socket, uint32_t object)
{
	struct model_link *link = link_add(scene, socket, object, TRACE_LINK_OWNER);

	link->time_ns = scene->hand.sockets[socket].connect_started_ns;
	return link;
}

struct model_link *object_scene_user(struct object_scene *scene, uint32_t socket, uint32_t object,
				     int64_t time_ns)
{
	struct model_link *link = link_add(scene, socket, object, TRACE_LINK_USER);

	link->time_ns = time_ns;
	return link;
}

void object_scene_match(struct object_scene *scene)
{
	struct error error = {0};

	lists_free(&scene->hand.model);
	cr_assert_eq(matcher_run(&scene->hand.model, &error), STATUS_OK, "%s", error.reason);
}

const char *object_scene_verdict(struct object_scene *scene, uint32_t object)
{
	static const struct terminal terminal = {.width = 100, .is_utf8 = true};

	object_scene_match(scene);
	verdict_object(&scene->verdict, &terminal, &scene->hand.model, object);
	cr_expect_eq(verdict_phrases(&scene->hand.model, object), scene->verdict.phrases);
	return scene->verdict.text;
}

typedef enum status (*write_fn)(const struct object_scene *scene, struct symbols *symbols,
				uint32_t index, FILE *out, struct error *error);

static const char *written(struct object_scene *scene, write_fn write, uint32_t index)
{
	struct error error = {0};
	struct symbols *symbols;
	size_t size = 0;
	FILE *out;

	object_scene_match(scene);
	free(scene->text);
	scene->text = NULL;
	out = open_memstream(&scene->text, &size);
	cr_assert_not_null(out);
	cr_assert_eq(symbols_new(&symbols, &scene->hand.model, &error), STATUS_OK);
	cr_assert_eq(write(scene, symbols, index, out, &error), STATUS_OK, "%s", error.reason);
	cr_assert_eq(fclose(out), 0);
	symbols_free(symbols);
	return scene->text;
}

static enum status report_write(const struct object_scene *scene, struct symbols *symbols,
				uint32_t index, FILE *out, struct error *error)
{
	struct render_input input = {.model = &scene->hand.model,
				     .symbols = symbols,
				     .selection = &scene->hand.selection,
				     .timelines = scene->timelines};

	(void)index;
	return renderer_text.render(&input, out, error);
}

static enum status object_write(const struct object_scene *scene, struct symbols *symbols,
				uint32_t index, FILE *out, struct error *error)
{
	return render_show_object(&scene->hand.model, symbols, index, out, error);
}

static enum status socket_write(const struct object_scene *scene, struct symbols *symbols,
				uint32_t index, FILE *out, struct error *error)
{
	return render_show_socket(&scene->hand.model, symbols, index, out, error);
}

const char *object_scene_report(struct object_scene *scene)
{
	return written(scene, report_write, 0);
}

const char *object_scene_show_object(struct object_scene *scene, uint32_t object)
{
	return written(scene, object_write, object);
}

const char *object_scene_show_socket(struct object_scene *scene, uint32_t socket)
{
	return written(scene, socket_write, socket);
}
