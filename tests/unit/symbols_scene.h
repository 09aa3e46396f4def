/*
 * A model made by hand for the tests of symbols: one process with one module and one stack.
 * Failures abort the test. One thread.
 */
#ifndef SOCKLIFE_TESTS_SYMBOLS_SCENE_H
#define SOCKLIFE_TESTS_SYMBOLS_SCENE_H

#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "symbols.h"

#define SCENE_LOAD_BIAS  UINT64_C(0x555500000000)
#define SCENE_FRAMES_MAX 8

struct scene {
	struct model model;
	struct model_process process;
	struct model_module module;
	struct model_stack stack;
	struct model_code codes[3];
	uint64_t frames[SCENE_FRAMES_MAX];
	uint8_t build_id[64];
	struct symbols *symbols;
};

/* Everything is the caller's to change until the first scene_frames(). */
void scene_init(struct scene *scene, const char *path);
void scene_release(struct scene *scene);

/* As the recorder does: the build id of the file that is mapped, none when it has none. */
void scene_take_build_id(struct scene *scene, const char *path);
void scene_add_frame(struct scene *scene, uint64_t frame);
size_t scene_frames(struct scene *scene, const struct frame **frames);

/* Releases the scene, whose one frame has nothing but its module and offset. */
void scene_check_nameless(struct scene *scene, const char *path, uint64_t offset);

#endif
