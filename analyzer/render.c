#include "render.h"

#include <errno.h>
#include <string.h>

static const struct renderer *const renderers[] = {
#define RENDERER(name) &renderer_##name,
#include "renderers.def"
};

const struct renderer *renderer_find(const char *name)
{
	for (size_t i = 0; i < sizeof renderers / sizeof renderers[0]; i++) {
		if (strcmp(renderers[i]->name, name) == 0)
			return renderers[i];
	}
	return NULL;
}

enum status render_finish(FILE *out, struct error *error)
{
	errno = 0;
	if (fflush(out) == 0 && !ferror(out))
		return STATUS_OK;
	return error_set(error, STATUS_WRITE, "", 0, "the report cannot be written: %s",
			 errno != 0 ? strerror(errno) : "an earlier write failed");
}
