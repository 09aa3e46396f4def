#include "options.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>

#include "command.h"
#include "options_help.h"
#include "options_values.h"
#include "render.h"

/* Keys of options without a short form: beyond every character. */
enum option_key { KEY_FORMAT = 256, KEY_TRACK, KEY_HANDLES, KEY_CHECK, KEY_CHECK_OUTPUT };

struct run_parse {
	struct options_run *options;
	const char *format; /* of the report or, with --check, of the outcome */
};

static void run_resolve(struct run_parse *parse, const struct argp_state *state)
{
	struct options_run *options = parse->options;

	if (options->is_check)
		options_check_resolve(&options->check, parse->format, state);
	else if (options->check.is_used)
		argp_error(state, "what a check demands needs --check");
	else if (parse->format != NULL)
		options->renderer = options_renderer(state, parse->format);
}

static void handles_add(struct options_run *options, const char *file,
			const struct argp_state *state)
{
	const char **handles = reallocarray(options->handles, options->handles_count + 1,
					    sizeof *handles);

	if (handles == NULL) {
		argp_failure(state, argp_err_exit_status, ENOMEM, "--handles");
		return;
	}
	options->handles = handles;
	handles[options->handles_count++] = file;
}

static error_t parse_run(int key, char *argument, struct argp_state *state)
{
	struct run_parse *parse = state->input;
	struct options_run *options = parse->options;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->check;
		return 0;
	case 'o':
		options->directory = argument;
		return 0;
	case 'q':
		options->is_quiet = true;
		return 0;
	case KEY_FORMAT:
		parse->format = argument;
		return 0;
	case KEY_CHECK:
		options->is_check = true;
		return 0;
	case KEY_CHECK_OUTPUT:
		options->check.output = argument;
		options->check.is_used = true;
		return 0;
	case KEY_TRACK:
		options->track = options_track_add(state, options->track, argument);
		return 0;
	case KEY_HANDLES:
		handles_add(options, argument, state);
		return 0;
	case ARGP_KEY_ARG:
		options->program = &state->argv[state->next - 1];
		state->next = state->argc; /* the rest is the program's own */
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which program is to be run?");
		return 0;
	case ARGP_KEY_END:
		run_resolve(parse, state);
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
		 "Track the handles of C libraries that this file describes too; see socklife(1). "
		 "May "
		 "be given more than once",
		 0},
		{"format", KEY_FORMAT, "FORMAT", 0,
		 "Of the report: text (default) or json; with --check, a format of check", 0},
		{"quiet", 'q', NULL, 0,
		 "Record, but print no report, nor the outcome of a check that passes", 0},
		{"check", KEY_CHECK, NULL, 0,
		 "Check the recording as `socklife check` does, print the outcome instead of the "
		 "report, and end with its status when the program has ended with 0",
		 0},
		{"check-output", KEY_CHECK_OUTPUT, "FILE", 0,
		 "Write the outcome to this file instead of standard error", 0},
		{0},
	};
	const struct argp_child children[] = {
		{&options_check_argp, 0, "With --check:", 1}, options_help[0], {0}};
	struct run_parse parse = {.options = options};
	const struct argp argp = {
		.options = list,
		.parser = parse_run,
		.args_doc = command->synopsis,
		.doc = command->summary,
		.children = children,
	};

	*options = (struct options_run){.directory = COMMAND_DEFAULT_TRACE,
					.renderer = &renderer_text};
	options_check_init(&options->check);
	options_parse(&argp, argc, argv, ARGP_IN_ORDER, &parse);
}

void options_run_release(struct options_run *options)
{
	free(options->handles);
	options->handles = NULL;
	free(options->track);
	options->track = NULL;
	options_check_release(&options->check);
}
