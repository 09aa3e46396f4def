#include <criterion/criterion.h>

#include "fixture.h"
#include "symbols_scene.h"

FIXTURE_SUITE(symbols);

Test(symbols, gives_module_and_offset_when_the_file_is_gone)
{
	struct scene scene;

	scene_init(&scene, "/nonexistent/program");
	scene_add_frame(&scene, SCENE_LOAD_BIAS + 0x1234);
	scene_check_nameless(&scene, "/nonexistent/program", 0x1234);
}

Test(symbols, opens_nothing_but_regular_files)
{
	const char *const paths[] = {"/dev/zero", "/tmp", "[vdso]", "", "relative"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct scene scene;

		scene_init(&scene, paths[i]);
		scene_add_frame(&scene, SCENE_LOAD_BIAS + 0x1234);
		scene_check_nameless(&scene, paths[i], 0x1234);
	}
}

Test(symbols, knows_no_module_at_an_address_outside_all)
{
	const struct frame *frames;
	struct scene scene;

	scene_init(&scene, "/nonexistent/program");
	scene_add_frame(&scene, SCENE_LOAD_BIAS - 1);
	cr_assert_eq(scene_frames(&scene, &frames), 1);
	cr_assert_null(frames[0].module);
	cr_assert_eq(frames[0].offset, SCENE_LOAD_BIAS - 1);
	scene_release(&scene);
}

Test(symbols, takes_the_module_that_was_loaded_at_the_time_of_the_stack)
{
	struct model_module modules[2];
	const struct frame *frames;
	struct scene scene;

	scene_init(&scene, "/nonexistent/first");
	modules[0] = modules[1] = scene.module;
	modules[0].unloaded_ns = 5;
	modules[1].path = "/nonexistent/second";
	modules[1].loaded_ns = 6;
	scene.model.modules = modules;
	scene.model.modules_count = 2;
	scene_add_frame(&scene, SCENE_LOAD_BIAS + 1);
	cr_assert_eq(scene_frames(&scene, &frames), 1);
	cr_assert_str_eq(frames[0].module, "/nonexistent/second");
	scene_release(&scene);
}

Test(symbols, takes_no_module_of_another_process)
{
	struct model_process processes[2] = {{.exe = ""}, {.exe = ""}};
	const struct frame *frames;
	struct scene scene;

	scene_init(&scene, "/nonexistent/program");
	scene.model.processes = processes;
	scene.model.processes_count = 2;
	scene.stack.process = 1;
	scene_add_frame(&scene, SCENE_LOAD_BIAS + 1);
	cr_assert_eq(scene_frames(&scene, &frames), 1);
	cr_assert_null(frames[0].module);
	scene_release(&scene);
}

Test(symbols, leaves_out_frames_of_the_recorder_itself)
{
	const struct frame *frames;
	struct scene scene;

	scene_init(&scene, "/opt/lib/libsocklife.so.0");
	scene_add_frame(&scene, SCENE_LOAD_BIAS + 1);
	scene_add_frame(&scene, SCENE_LOAD_BIAS - 1);
	cr_assert_eq(scene_frames(&scene, &frames), 1);
	cr_assert_eq(frames[0].offset, SCENE_LOAD_BIAS - 1);
	scene_release(&scene);
}

static void scene_add_codes(struct scene *scene)
{
	scene->codes[0] = (struct model_code){.file = "<frozen runpy>", .function = "_run"};
	scene->codes[1] = (struct model_code){
		.file = "/usr/lib/python3/dist-packages/requests/api.py", .function = "get"};
	scene->codes[2] = (struct model_code){.file = "/srv/app.py", .function = "main"};
	scene->model.codes_count = 3;
}

Test(symbols, names_interpreted_frames_by_their_code)
{
	const struct frame *frames;
	struct scene scene;

	scene_init(&scene, "/nonexistent/python");
	scene_add_codes(&scene);
	scene_add_frame(&scene, TRACE_FRAME_MAKE(3, 17));
	cr_assert_eq(scene_frames(&scene, &frames), 1);
	cr_assert_not(frames[0].is_native);
	cr_assert_str_eq(frames[0].function, "main");
	cr_assert_str_eq(frames[0].file, "/srv/app.py");
	cr_assert_eq(frames[0].line, 17);
	cr_assert_null(frames[0].module);
	scene_release(&scene);
}

Test(symbols, finds_a_code_by_its_id_when_rows_stand_in_another_order)
{
	const struct frame *frames;
	struct scene scene;

	scene_init(&scene, "/nonexistent/python");
	scene_add_codes(&scene);
	scene.codes[0].id = 3;
	scene.codes[1].id = 1;
	scene.codes[2].id = 2;
	scene_add_frame(&scene, TRACE_FRAME_MAKE(2, 17));
	scene_frames(&scene, &frames);
	cr_assert_str_eq(frames[0].function, "main");
	scene_release(&scene);
}

Test(symbols, leaves_an_interpreted_frame_nameless_when_its_code_does_not_exist)
{
	const uint32_t codes[] = {0, 4, 0x7fffffff, UINT32_MAX};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		const struct frame *frames;
		struct scene scene;

		scene_init(&scene, "/nonexistent/python");
		scene_add_codes(&scene);
		scene_add_frame(&scene, TRACE_FRAME_MAKE(codes[i], 1));
		cr_assert_eq(scene_frames(&scene, &frames), 1);
		cr_assert_null(frames[0].function);
		scene_release(&scene);
	}
}

Test(symbols, has_no_frames_for_a_stack_that_does_not_exist)
{
	const struct frame *frames;
	struct scene scene;

	scene_init(&scene, "/nonexistent/program");
	scene_frames(&scene, &frames);
	cr_assert_eq(symbols_stack(scene.symbols, MODEL_NONE, &frames), 0);
	cr_assert_eq(symbols_stack(scene.symbols, 1, &frames), 0);
	cr_assert_null(symbols_own_frame(scene.symbols, MODEL_NONE));
	scene_release(&scene);
}

Test(symbols, calls_the_innermost_interpreted_line_outside_packages_the_own_one)
{
	const struct frame *frames, *own;
	struct scene scene;

	scene_init(&scene, "/opt/program");
	scene_add_codes(&scene);
	scene_add_frame(&scene, SCENE_LOAD_BIAS + 1);
	scene_add_frame(&scene, TRACE_FRAME_MAKE(2, 1));
	scene_add_frame(&scene, TRACE_FRAME_MAKE(3, 2));
	scene_add_frame(&scene, TRACE_FRAME_MAKE(1, 3));
	scene_frames(&scene, &frames);
	own = symbols_own_frame(scene.symbols, 0);
	cr_assert_str_eq(own->file, "/srv/app.py");
	scene_release(&scene);
}
