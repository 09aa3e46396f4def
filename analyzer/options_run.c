#include "options.h"

#include <argp.h>
#include <stdlib.h>

#include "command.h"
#include "options_values.h"
#include "render.h"

/* Keys of options without a short form: beyond every character. */
enum option_key { KEY_FORMAT = 256, KEY_TRACK, KEY_HANDLES };

static error_t parse_run(int key, char *argument, struct argp_state *state)
{
	struct options_run *options = state->input;

	switch (key) {
	case 'o':
		options->directory = argument;
		return 0;
	case 'q':
		options->is_quiet = true;
		return 0;
	case KEY_FORMAT:
		options->renderer = options_renderer(state, argument);
		return 0;
	case KEY_TRACK:
		options->track = options_track_add(state, options->track, argument);
		return 0;
	case KEY_HANDLES:
		options->handles = argument;
		return 0;
	case ARGP_KEY_ARG:
		options->program = &state->argv[state->next - 1];
		state->next = state->argc; /* the rest is the program's own */
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which program is to be run?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void options_parse_run(const struct command *command, int argc, char **argv,
		       struct options_run *options)
{
	static const struct argp_option list[] = {
		{"output", 'o', "DIR", 0,
		 "Write the trace into this directory; one that is there already becomes DIR.old "
		 "(default: " COMMAND_DEFAULT_TRACE ")",
		 0},
		{"track", KEY_TRACK, "CLASS[=ROLE]", 0,
		 "Track objects of this class too, as module.Class; may be given more than once",
		 0},
		{"handles", KEY_HANDLES, "FILE", 0,
		 "Track the handles of C libraries that this file describes too; see socklife(1)",
		 0},
		{"format", KEY_FORMAT, "FORMAT", 0, "Of the report: text (default) or json", 0},
		{"quiet", 'q', NULL, 0, "Record, but print no report", 0},
		{0},
	};

	*options = (struct options_run){.directory = COMMAND_DEFAULT_TRACE,
					.renderer = &renderer_text};
	options_command_line_parse(command, argc, argv, list, parse_run, ARGP_IN_ORDER, options);
}

void options_run_release(struct options_run *options)
{
	free(options->track);
	options->track = NULL;
}
