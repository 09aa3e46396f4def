/*
 * A trace built in memory and the model that is loaded from it, for the tests of what a model says
 * of its records. Failures abort the test. One thread.
 */
#ifndef SOCKLIFE_TESTS_MODEL_SCENE_H
#define SOCKLIFE_TESTS_MODEL_SCENE_H

#include <stdbool.h>

#include "error.h"
#include "model.h"
#include "trace_builder.h"

struct model_scene {
	struct trace_builder builder; /* of process 100, loaded at 1000 ns */
	struct model model;           /* empty until loaded */
	struct error error;           /* of the last loading that failed */
};

void model_scene_init(struct model_scene *scene);
void model_scene_release(struct model_scene *scene);

/* Loads what has been built so far; asserts that it can be. */
void model_scene_load(struct model_scene *scene);
/* Whether one of the model's notes has `part` in it, and is a gap in the recording or not. */
bool model_scene_has_note(const struct model_scene *scene, const char *part, bool is_gap);

#endif
