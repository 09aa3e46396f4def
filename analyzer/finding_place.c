#include "finding_place.h"

#include <stdio.h>
#include <string.h>

#include "finding.h"
#include "model.h"
#include "symbols.h"
#include "terminal.h"

/* "<string>" and the like are no files. */
static bool has_file(const struct frame *frame)
{
	return frame != NULL && frame->file != NULL && frame->file[0] != '\0' &&
	       frame->file[0] != '<';
}

/* Drops the last part of a path that is `used` bytes long; never the root. */
static size_t parent_length(const char *path, size_t used)
{
	while (used > 0 && path[used - 1] != '/')
		used--;
	return used > 0 ? used - 1 : 0;
}

/* "/a/./b//../c" becomes "/a/c": by the text alone, the files may not be here. */
static void path_simplify(char *path)
{
	const char *from = path;
	size_t used = 0;

	while (*from != '\0') {
		size_t length;

		from += strspn(from, "/");
		length = strcspn(from, "/");
		if (length == 2 && strncmp(from, "..", 2) == 0) {
			used = parent_length(path, used);
		} else if (length != 0 && !(length == 1 && from[0] == '.')) {
			path[used++] = '/';
			memmove(path + used, from, length);
			used += length;
		}
		from += length;
	}
	path[used] = '\0';
}

bool finding_place_fill(struct finding_place *place, const struct model *model, uint32_t process,
			const struct frame *frame, const char *base)
{
	const char *folder = process < model->processes_count ? model->processes[process].cwd : "";
	size_t base_length = strlen(base);
	int length;

	if (!has_file(frame))
		return false;
	length = snprintf(place->path, sizeof place->path, "%s/%s",
			  frame->file[0] == '/' || folder == NULL ? "" : folder, frame->file);
	if (length < 0 || (size_t)length >= sizeof place->path)
		return false;
	place->line = frame->line;
	place->is_relative = place->path[0] != '/';
	if (place->is_relative)
		return true;
	path_simplify(place->path);
	place->is_relative = strncmp(place->path, base, base_length) == 0 &&
			     place->path[base_length] == '/';
	if (place->is_relative)
		memmove(place->path, place->path + base_length + 1,
			strlen(place->path + base_length + 1) + 1);
	return true;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

void finding_name_fill(const struct finding *finding, char *text, size_t size)
{
	static const struct terminal plain = {.is_utf8 = true};
	const struct frame *at = finding->at;
	const char *file = NULL, *function = at != NULL ? at->function : NULL;
	char raw[1024];

	if (at != NULL)
		file = at->file != NULL ? at->file : at->module;
	snprintf(raw, sizeof raw, "%s%s%s%s%s",
		 finding->class_name != NULL ? finding->class_name : "a socket",
		 function != NULL ? " in " : "", function != NULL ? function : "",
		 file != NULL ? ", " : "", file != NULL ? base_name(file) : "");
	terminal_escape(&plain, raw, strlen(raw), text, size);
}
