/*
 * Subjects print addresses of themselves and what has to be said of each
 * (tests/subjects/symbols_*).
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/command.h" /* the analyzer has a command.h too */
#include "fixture.h"
#include "scratch.h"
#include "symbols_scene.h"

FIXTURE_SUITE(symbols_elf);

/* What the subject says of its address `name`: the offset, and the expectation as text. */
static uint64_t subject_address(const char *path, const char *name, char *expected, size_t size)
{
	struct command command;
	uint64_t offset = 0;
	char *line, *rest;

	command_run(&command, COMMAND_LIST(path), NULL);
	cr_assert_eq(command.status, 0);
	for (line = strtok_r(command.out, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		size_t length = strlen(name);

		if (strncmp(line, name, length) != 0 || line[length] != ' ')
			continue;
		offset = strtoull(line + length + 1, &line, 16);
		snprintf(expected, size, "%s", line + 1);
		break;
	}
	command_release(&command);
	cr_assert_neq(offset, 0, "the subject says nothing of %s", name);
	return offset;
}

/* "function:line function:line …", the way subjects print it. */
static char *frames_text(const struct frame *frames, size_t count)
{
	char *text = scratch_format("%s", "");

	for (size_t i = 0; i < count; i++)
		text = scratch_format("%s%s%s:%u", text, i > 0 ? " " : "",
				      frames[i].function != NULL ? frames[i].function : "?",
				      frames[i].line);
	return text;
}

static const char *resolved(struct scene *scene, const char *path, uint64_t offset)
{
	const struct frame *frames;
	size_t count;

	scene_init(scene, path);
	scene_take_build_id(scene, path);
	scene_add_frame(scene, SCENE_LOAD_BIAS + offset);
	count = scene_frames(scene, &frames);
	return frames_text(frames, count);
}

static void check_address(const char *subject, const char *name)
{
	const char *path = scratch_subject(subject);
	char expected[256];
	uint64_t offset = subject_address(path, name, expected, sizeof(expected));
	struct scene scene;

	cr_assert_str_eq(resolved(&scene, path, offset), expected);
	scene_release(&scene);
}

Test(symbols_elf, finds_function_and_line_of_each_caller_in_a_chain)
{
	check_address("symbols_chain", "innermost");
	check_address("symbols_chain", "middle");
	check_address("symbols_chain", "outermost");
}

Test(symbols_elf, expands_inlined_calls_with_the_line_of_each)
{
	check_address("symbols_chain", "inlined");
}

Test(symbols_elf, says_which_frames_are_inlined_and_where_they_are_in_the_file)
{
	const char *path = scratch_subject("symbols_chain");
	const struct frame *frames;
	struct scene scene;
	char expected[256];
	uint64_t offset = subject_address(path, "inlined", expected, sizeof(expected));
	size_t count;

	resolved(&scene, path, offset);
	count = scene_frames(&scene, &frames);
	cr_assert_eq(count, 3);
	for (size_t i = 0; i < count; i++) {
		cr_assert(frames[i].is_native);
		cr_assert_eq(frames[i].is_inlined, i < 2);
		cr_assert_str_eq(frames[i].module, path);
		cr_assert_eq(frames[i].offset, offset);
		cr_assert_not_null(strstr(frames[i].file, "symbols_chain.c"));
	}
	scene_release(&scene);
}

Test(symbols_elf, demangles_cxx_names)
{
	check_address("symbols_names", "method");
}

Test(symbols_elf, finds_a_lambda_inside_the_function_that_made_it)
{
	const char *path = scratch_subject("symbols_names");
	struct scene scene;
	char expected[256];
	uint64_t offset = subject_address(path, "lambda", expected, sizeof(expected));
	const char *text = resolved(&scene, path, offset);

	cr_assert_not_null(strstr(text, "operator()"), "%s", text);
	cr_assert_str_eq(strrchr(text, ':'), strrchr(expected, ':'));
	scene_release(&scene);
}

static char *stripped_copy(const char *subject)
{
	char *path = scratch_format("%s/%s", scratch_new(), subject);
	struct command command;

	command_run(&command, COMMAND_LIST("strip", "-o", path, scratch_subject(subject)), NULL);
	cr_assert_eq(command.status, 0);
	command_release(&command);
	return path;
}

Test(symbols_elf, names_exported_functions_of_a_stripped_program_without_lines)
{
	char *path = stripped_copy("symbols_chain");
	struct scene scene;
	char expected[256];
	uint64_t offset = subject_address(path, "innermost", expected, sizeof(expected));

	cr_assert_str_eq(resolved(&scene, path, offset), "chain_innermost:0");
	scene_release(&scene);
}

Test(symbols_elf, finds_debug_information_named_by_a_debug_link_beside_the_program)
{
	const char *subject = scratch_subject("symbols_chain");
	char *path = stripped_copy("symbols_chain");
	char *debug = scratch_format("%s.debug", path);
	char *linked = scratch_format("%s.linked", path);
	struct command command;
	struct scene scene;
	char expected[256];
	uint64_t offset = subject_address(path, "inlined", expected, sizeof(expected));

	command_run(&command, COMMAND_LIST("objcopy", "--only-keep-debug", subject, debug), NULL);
	cr_assert_eq(command.status, 0);
	command_release(&command);
	command_run(&command,
		    COMMAND_LIST("objcopy", scratch_format("--add-gnu-debuglink=%s", debug), path,
				 linked),
		    NULL);
	cr_assert_eq(command.status, 0);
	command_release(&command);
	cr_assert_str_eq(resolved(&scene, linked, offset), expected);
	scene_release(&scene);
}

Test(symbols_elf, believes_no_file_with_another_build_id)
{
	const char *path = scratch_subject("symbols_chain");
	struct scene scene;
	char expected[256];
	uint64_t offset = subject_address(path, "innermost", expected, sizeof(expected));

	scene_init(&scene, path);
	scene_take_build_id(&scene, path);
	scene.build_id[0] ^= 1;
	scene.module.build_id_size_bytes = 20;
	scene_add_frame(&scene, SCENE_LOAD_BIAS + offset);
	scene_check_nameless(&scene, path, offset);
}

static char *copy_without_build_id(const char *subject)
{
	char *path = scratch_format("%s/%s", scratch_new(), subject);
	struct command command;

	command_run(&command,
		    COMMAND_LIST("objcopy", "--remove-section=.note.gnu.build-id",
				 scratch_subject(subject), path),
		    NULL);
	cr_assert_eq(command.status, 0);
	command_release(&command);
	return path;
}

Test(symbols_elf, believes_a_file_without_build_id_only_when_it_is_older_than_the_mapping)
{
	char *path = copy_without_build_id("symbols_chain");
	struct scene scene;
	char expected[256];
	uint64_t offset = subject_address(path, "innermost", expected, sizeof(expected));

	cr_assert_str_eq(resolved(&scene, path, offset), expected);
	scene_release(&scene);
	scene_init(&scene, path);
	scene.model.started_realtime_ns = 1; /* 1970 */
	scene_add_frame(&scene, SCENE_LOAD_BIAS + offset);
	scene_check_nameless(&scene, path, offset);
}

Test(symbols_elf, survives_damage_anywhere_in_an_elf_file)
{
	const char *subject = scratch_subject("symbols_chain");
	char *path = scratch_format("%s/damaged", scratch_new());
	char expected[256];
	uint64_t offset = subject_address(subject, "inlined", expected, sizeof(expected));
	size_t size_bytes;
	char *bytes = scratch_read(subject, &size_bytes);
	uint32_t random = 1;

	for (unsigned int round = 0; round < 300; round++) {
		char *damaged = malloc(size_bytes);
		const struct frame *frames;
		struct scene scene;

		memcpy(damaged, bytes, size_bytes);
		for (unsigned int i = 0; i < 20; i++) {
			random = random * 1664525u + 1013904223u;
			damaged[random % size_bytes] = (char)(random >> 13);
		}
		scratch_write(path, damaged, round % 3 == 0 ? random % size_bytes : size_bytes);
		free(damaged);
		scene_init(&scene, path);
		scene_take_build_id(&scene, subject);
		scene_add_frame(&scene, SCENE_LOAD_BIAS + offset);
		cr_assert_geq(scene_frames(&scene, &frames), 1);
		cr_assert_str_eq(frames[0].module, path);
		scene_release(&scene);
	}
}

Test(symbols_elf, resolves_a_stack_only_once)
{
	const struct frame *frames;
	const struct frame *first;
	struct scene scene;
	char expected[256];
	const char *path = scratch_subject("symbols_chain");
	uint64_t offset = subject_address(path, "innermost", expected, sizeof(expected));

	resolved(&scene, path, offset);
	scene_frames(&scene, &first);
	scene_frames(&scene, &frames);
	cr_assert_eq(first, frames);
	scene_release(&scene);
}
