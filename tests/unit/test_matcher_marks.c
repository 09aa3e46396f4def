/* Marks: beginnings and ends become marks, and every socket finds its own. */
#include <criterion/criterion.h>

#include "matcher.h"
#include "model.h"
#include "scratch.h"
#include "trace_builder.h"

#define PID   100
#define START UINT64_C(1000)

struct scene {
	const char *directory;
	struct trace_builder builder;
	struct model model;
};

/* One trace file; `pid` and its parent as the header says. */
static void scene_file(struct scene *scene, uint32_t pid, uint32_t parent_pid)
{
	static const char *const arguments[] = {"program", NULL};

	trace_builder_init(&scene->builder, pid, START + pid);
	trace_builder_header(&scene->builder)->parent_pid = parent_pid;
	trace_builder_process(&scene->builder, "/bin/program", "/", arguments);
}

static void scene_save(struct scene *scene, const char *name)
{
	trace_builder_save(&scene->builder, scene->directory, name,
			   trace_builder_size(&scene->builder));
	trace_builder_release(&scene->builder);
}

static void scene_mark(struct scene *scene, enum trace_mark_kind what, const char *name,
		       uint32_t pid, uint64_t time_ns)
{
	uint32_t string = trace_builder_string(&scene->builder, name)->id;
	struct trace_mark *mark = trace_builder_add(&scene->builder, TRACE_MARK, sizeof(*mark));

	mark->what = what;
	mark->name = string;
	mark->pid = pid;
	mark->time_ns = START + time_ns;
}

static void scene_load(struct scene *scene)
{
	struct error error;

	model_init(&scene->model);
	cr_assert_eq(model_load(&scene->model, scene->directory, &error), STATUS_OK, "%s",
		     error.reason);
	cr_assert_eq(matcher_run(&scene->model, &error), STATUS_OK, "%s", error.reason);
}

static void expect_mark(const struct scene *scene, uint32_t socket, const char *name)
{
	uint32_t mark = scene->model.socket_marks[socket];

	if (name == NULL) {
		cr_expect_eq(mark, MODEL_NONE, "socket %u has a mark", socket);
		return;
	}
	cr_assert_neq(mark, MODEL_NONE, "socket %u has no mark", socket);
	cr_expect_str_eq(scene->model.marks[mark].name, name);
}

TestSuite(matcher_marks, .fini = scratch_remove_all);

Test(matcher_marks, a_socket_belongs_to_the_innermost_mark)
{
	struct scene scene = {.directory = scratch_new()};

	scene_file(&scene, PID, 1);
	trace_builder_socket(&scene.builder, 3, START + 150);
	scene_mark(&scene, TRACE_MARK_BEGIN, "outer", PID, 200);
	trace_builder_socket(&scene.builder, 4, START + 250);
	scene_mark(&scene, TRACE_MARK_BEGIN, "inner", PID, 300);
	trace_builder_socket(&scene.builder, 5, START + 350);
	scene_mark(&scene, TRACE_MARK_END, "inner", PID, 400);
	scene_mark(&scene, TRACE_MARK_POINT, "a moment", PID, 420);
	trace_builder_socket(&scene.builder, 6, START + 450);
	scene_mark(&scene, TRACE_MARK_END, "outer", PID, 500);
	trace_builder_socket(&scene.builder, 7, START + 550);
	scene_save(&scene, "100.0.trace");
	scene_load(&scene);
	cr_assert_eq(scene.model.marks_count, 3);
	expect_mark(&scene, 0, NULL);
	expect_mark(&scene, 1, "outer");
	expect_mark(&scene, 2, "inner");
	expect_mark(&scene, 3, "outer");
	expect_mark(&scene, 4, NULL);
	cr_expect_eq(scene.model.marks[1].enclosing, 0);
	cr_expect_eq(scene.model.marks[0].socket_count, 2);
	model_release(&scene.model);
}

Test(matcher_marks, an_end_without_a_beginning_is_ignored_and_an_open_mark_holds_on)
{
	struct scene scene = {.directory = scratch_new()};

	scene_file(&scene, PID, 1);
	scene_mark(&scene, TRACE_MARK_END, "never begun", PID, 200);
	scene_mark(&scene, TRACE_MARK_BEGIN, "crashes", PID, 300);
	scene_mark(&scene, TRACE_MARK_END, "another", PID, 350);
	trace_builder_socket(&scene.builder, 3, START + 900);
	scene_save(&scene, "100.0.trace");
	scene_load(&scene);
	cr_assert_eq(scene.model.marks_count, 1);
	cr_expect_eq(scene.model.marks[0].ended_ns, TIME_NONE);
	expect_mark(&scene, 0, "crashes");
	model_release(&scene.model);
}

Test(matcher_marks, a_child_without_marks_has_its_parents)
{
	struct scene scene = {.directory = scratch_new()};

	scene_file(&scene, PID, 1);
	scene_mark(&scene, TRACE_MARK_BEGIN, "test", PID, 200);
	scene_mark(&scene, TRACE_MARK_END, "test", PID, 400);
	trace_builder_socket(&scene.builder, 3, START + 300);
	scene_save(&scene, "100.0.trace");
	scene_file(&scene, PID + 1, PID);
	trace_builder_socket(&scene.builder, 3, START + 310);
	trace_builder_socket(&scene.builder, 4, START + 500);
	scene_save(&scene, "101.0.trace");
	scene_load(&scene);
	expect_mark(&scene, 0, "test");
	expect_mark(&scene, 1, "test");
	expect_mark(&scene, 2, NULL);
	model_release(&scene.model);
}

/* A shell opens no socket, so it has no trace; its command that left the mark is no row either. */
Test(matcher_marks, a_command_that_only_marks_speaks_for_its_shell)
{
	struct scene scene = {.directory = scratch_new()};

	scene_file(&scene, PID + 1, PID);
	scene_mark(&scene, TRACE_MARK_BEGIN, "step", PID, 200);
	scene_save(&scene, "101.0.trace");
	scene_file(&scene, PID + 2, PID);
	trace_builder_socket(&scene.builder, 3, START + 300);
	scene_save(&scene, "102.0.trace");
	scene_file(&scene, PID + 3, PID);
	scene_mark(&scene, TRACE_MARK_END, "step", PID, 400);
	scene_save(&scene, "103.0.trace");
	scene_file(&scene, PID + 4, 77); /* of a process between them that left nothing */
	trace_builder_socket(&scene.builder, 3, START + 350);
	scene_save(&scene, "104.0.trace");
	scene_load(&scene);
	cr_expect_eq(scene.model.processes_count, 2);
	cr_assert_eq(scene.model.marks_count, 1);
	cr_expect_eq(scene.model.marks[0].process, MODEL_NONE);
	expect_mark(&scene, 0, "step");
	expect_mark(&scene, 1, "step");
	model_release(&scene.model);
}
