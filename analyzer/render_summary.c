/* A check in one line. */
#include "render_check.h"

#include "render.h"

static enum status summary_render(const struct check_input *input, FILE *out, struct error *error)
{
	char text[CHECK_TEXT_SIZE];

	check_summary_fill(input, text, sizeof text);
	fprintf(out, "socklife: %s\n", text);
	return render_finish(out, error);
}

const struct check_renderer check_renderer_summary = {.name = "summary", .render = summary_render};
