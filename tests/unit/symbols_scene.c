#include "symbols_scene.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <elfutils/libdwelf.h>

void scene_init(struct scene *scene, const char *path)
{
	memset(scene, 0, sizeof(*scene));
	scene->process.exe = "/opt/program";
	scene->module = (struct model_module){
		.path = path,
		.start = SCENE_LOAD_BIAS,
		.end = SCENE_LOAD_BIAS + 0x1000000,
		.load_bias = SCENE_LOAD_BIAS,
		.unloaded_ns = TIME_NONE,
		.build_id = scene->build_id,
	};
	scene->stack = (struct model_stack){.time_ns = 10, .frames = scene->frames};
	scene->model.processes = &scene->process;
	scene->model.processes_count = 1;
	scene->model.modules = &scene->module;
	scene->model.modules_count = 1;
	scene->model.stacks = &scene->stack;
	scene->model.stacks_count = 1;
	scene->model.codes = scene->codes;
}

void scene_take_build_id(struct scene *scene, const char *path)
{
	const void *build_id;
	Elf *elf;
	ssize_t size;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	size = dwelf_elf_gnu_build_id(elf, &build_id);
	if (size > 0) {
		memcpy(scene->build_id, build_id, (size_t)size);
		scene->module.build_id_size_bytes = (uint32_t)size;
	}
	elf_end(elf);
	close(fd);
}

void scene_add_frame(struct scene *scene, uint64_t frame)
{
	cr_assert_lt(scene->stack.frame_count, SCENE_FRAMES_MAX);
	scene->frames[scene->stack.frame_count++] = frame;
}

size_t scene_frames(struct scene *scene, const struct frame **frames)
{
	struct error error;

	if (scene->symbols == NULL)
		cr_assert_eq(symbols_new(&scene->symbols, &scene->model, &error), STATUS_OK);
	return symbols_stack(scene->symbols, 0, frames);
}

void scene_release(struct scene *scene)
{
	symbols_free(scene->symbols);
}

void scene_check_nameless(struct scene *scene, const char *path, uint64_t offset)
{
	const struct frame *frames;

	cr_assert_eq(scene_frames(scene, &frames), 1);
	cr_assert_null(frames[0].function);
	cr_assert_null(frames[0].file);
	cr_assert_str_eq(frames[0].module, path);
	cr_assert_eq(frames[0].offset, offset);
	scene_release(scene);
}
