/* The options of a diff; strings belong to argv. One thread. */
#ifndef SOCKLIFE_OPTIONS_DIFF_H
#define SOCKLIFE_OPTIONS_DIFF_H

#include <stdbool.h>

#include "render_diff.h"

struct command;

struct options_diff {
	const char *traces[DIFF_SIDES];
	const char *output; /* a file; NULL: stdout */
	enum status (*render)(const struct diff_page *page, FILE *out, struct error *error);
	bool fail_on_new;
};

void options_parse_diff(const struct command *command, int argc, char **argv,
			struct options_diff *options);

#endif
