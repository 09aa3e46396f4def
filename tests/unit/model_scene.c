#include "model_scene.h"

#include <string.h>

#include <criterion/criterion.h>

void model_scene_init(struct model_scene *scene)
{
	trace_builder_init(&scene->builder, 100, 1000);
	model_init(&scene->model);
}

void model_scene_release(struct model_scene *scene)
{
	model_release(&scene->model);
	trace_builder_release(&scene->builder);
}

void model_scene_load(struct model_scene *scene)
{
	cr_assert_eq(model_load_bytes(&scene->model, "bytes", scene->builder.bytes,
				      trace_builder_size(&scene->builder), &scene->error),
		     STATUS_OK, "%s", scene->error.reason);
}

bool model_scene_has_note(const struct model_scene *scene, const char *part, bool is_gap)
{
	for (uint32_t i = 0; i < scene->model.notes_count; i++) {
		if (strstr(scene->model.notes[i].text, part) != NULL &&
		    scene->model.notes[i].is_gap == is_gap)
			return true;
	}
	return false;
}
