#include <criterion/criterion.h>

#include "golden_trace.h"
#include "matcher.h"
#include "model.h"
#include "model_cut.h"
#include "trace_builder.h"

#define MS INT64_C(1000000)

struct cut_scene {
	struct trace_builder builder;
	struct model model;
};

static void cut_scene_init(struct cut_scene *scene)
{
	struct error error;

	golden_trace_build(&scene->builder);
	model_init(&scene->model);
	cr_assert_eq(model_load_bytes(&scene->model, "golden", scene->builder.bytes,
				      trace_builder_size(&scene->builder), &error),
		     STATUS_OK, "%s", error.reason);
}

static void cut_scene_release(struct cut_scene *scene)
{
	model_release(&scene->model);
	trace_builder_release(&scene->builder);
}

static void expect_cut(struct cut_scene *scene, const char *at)
{
	struct error error;
	const struct model *model = &scene->model;

	cr_assert_eq(model_cut(&scene->model, at, &error), STATUS_OK, "%s", error.reason);
	cr_assert_eq(matcher_run(&scene->model, &error), STATUS_OK, "%s", error.reason);
	cr_assert_eq(model->sockets_count, 1, "two were born later");
	cr_expect_eq(model->sockets[0].end, 0);
	cr_expect_eq(model->sockets[0].closed_ns, TIME_NONE);
	cr_expect_eq(model->sockets[0].peer_closed_ns, TIME_NONE);
	cr_expect_eq(model_socket_bytes_sent(&model->sockets[0]), 150);
	cr_expect_eq(model_socket_bytes_received(&model->sockets[0]), 0);
	cr_expect_eq(model->sockets[0].connect_count, 1);
	cr_expect_neq(model->sockets[0].connected_ns, TIME_NONE);
	cr_expect_eq(model->sockets[0].owner_count, 2);
	cr_expect_eq(model->objects_count, 2);
	cr_expect_eq(model->objects[0].overlap, 0);
	cr_expect_eq(model->events_count, 0);
	cr_expect_eq(model->ended_ns, 15 * MS);
	cr_expect(model->processes[0].is_live);
	cr_expect_eq(model->processes[0].ended_ns, TIME_NONE);
	cr_expect_eq(model->processes[0].socket_count, 1);
}

Test(model_cut, takes_back_what_came_after_the_snapshot)
{
	struct cut_scene scene;

	cut_scene_init(&scene);
	cr_assert_eq(scene.model.snapshots_count, 1);
	cr_assert_eq(scene.model.sockets_count, 3);
	cr_assert_eq(scene.model.objects[0].overlap, 1);
	cr_assert_eq(scene.model.overlaps[0].time_ns, 110 * MS);
	expect_cut(&scene, "1");
	cut_scene_release(&scene);
}

Test(model_cut, takes_the_last_snapshot_before_a_time)
{
	struct cut_scene scene;

	cut_scene_init(&scene);
	expect_cut(&scene, "0.4s");
	cut_scene_release(&scene);
}

Test(model_cut, finds_no_snapshot_that_is_not_there)
{
	static const char *const wrong[] = {"0", "2", "", "x", "1x", "-1", "0.001s", "nan", "1e99"};
	struct cut_scene scene;
	struct error error;

	cut_scene_init(&scene);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_expect_eq(model_cut(&scene.model, wrong[i], &error), STATUS_NOT_FOUND, "'%s'",
			     wrong[i]);
	cr_expect_eq(scene.model.sockets_count, 3);
	cut_scene_release(&scene);
}
