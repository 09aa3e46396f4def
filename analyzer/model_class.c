#include "model_loader.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM            1
#define uthash_nonfatal_oom(element) ((element)->is_lost = true)
#include <uthash.h>

struct model_class {
	const char *name;
	bool is_lost; /* could not be added */
	UT_hash_handle hh;
};

static const char *class_add(struct model_loader *loader, const char *name)
{
	struct model *model = loader->model;
	struct model_class *class = calloc(1, sizeof(*class));

	if (class == NULL || !model_memory_grow(model->memory, &model->class_names,
						model->class_names_count, sizeof(char *))) {
		model_memory_set_exhausted(model->memory);
		free(class);
		return name;
	}
	class->name = name;
	HASH_ADD_KEYPTR(hh, loader->classes, name, strlen(name), class);
	if (class->is_lost) {
		model_memory_set_exhausted(model->memory);
		free(class);
		return name;
	}
	model->class_names[model->class_names_count++] = name;
	return name;
}

const char *model_class_name(struct model_loader *loader, const char *name)
{
	struct model_class *class;

	HASH_FIND(hh, loader->classes, name, strlen(name), class);
	return class != NULL ? class->name : class_add(loader, name);
}

void model_classes_release(struct model_loader *loader)
{
	struct model_class *class, *following;

	HASH_ITER (hh, loader->classes, class, following) {
		HASH_DEL(loader->classes, class);
		free(class);
	}
}
