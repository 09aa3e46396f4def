#include "options.h"

#include <argp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "options_values.h"
#include "render.h"

/* Keys of options without a short form: beyond every character. */
enum option_key {
	KEY_FORMAT = 256,
	KEY_TRACK,
	KEY_PROCESS,
	KEY_PEER,
	KEY_ORIGIN,
	KEY_END,
	KEY_OPEN,
	KEY_ALL,
	KEY_NO_FOLD,
	KEY_STACKS,
	KEY_TIMELINE,
	KEY_AT,
	KEY_NO_TIMELINE
};

static void command_line_parse(const struct command *command, int argc, char **argv,
			       const struct argp_option *options, argp_parser_t parser,
			       unsigned int flags, void *input)
{
	struct argp argp = {
		.options = options,
		.parser = parser,
		.args_doc = command->synopsis,
		.doc = command->summary,
	};

	argp_err_exit_status = COMMAND_FAILED;
	argp_parse(&argp, argc, argv, flags, NULL, input);
}

/* ---- run ---- */

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
		{"format", KEY_FORMAT, "FORMAT", 0, "Of the report: text (default) or json", 0},
		{"quiet", 'q', NULL, 0, "Record, but print no report", 0},
		{0},
	};

	*options = (struct options_run){.directory = COMMAND_DEFAULT_TRACE,
					.renderer = &renderer_text};
	command_line_parse(command, argc, argv, list, parse_run, ARGP_IN_ORDER, options);
}

void options_run_release(struct options_run *options)
{
	free(options->track);
	options->track = NULL;
}

/* ---- report ---- */

/* Returns false when the key is none of the filters. */
static bool parse_filter(int key, char *argument, struct argp_state *state,
			 struct selection *selection)
{
	switch (key) {
	case KEY_PROCESS:
		selection->process = argument;
		return true;
	case KEY_PEER:
		selection->peer = argument;
		return true;
	case KEY_ORIGIN:
		selection->origin = options_origin(state, argument);
		return true;
	case KEY_END:
		selection->end = options_end(state, argument);
		return true;
	case KEY_OPEN:
		selection->is_open_only = true;
		return true;
	case KEY_ALL:
		selection->with_noise = true;
		return true;
	case KEY_NO_FOLD:
		selection->without_folding = true;
		return true;
	default:
		return false;
	}
}

static error_t parse_report(int key, char *argument, struct argp_state *state)
{
	struct options_report *options = state->input;

	if (parse_filter(key, argument, state, &options->selection))
		return 0;
	switch (key) {
	case 'o':
		options->output = argument;
		return 0;
	case KEY_FORMAT:
		options->renderer = options_renderer(state, argument);
		return 0;
	case KEY_STACKS:
		options->with_stacks = true;
		return 0;
	case KEY_AT:
		options->at = argument;
		return 0;
	case KEY_TIMELINE:
		options->timelines = RENDER_TIMELINES_ALL;
		return 0;
	case KEY_NO_TIMELINE:
		options->timelines = RENDER_TIMELINES_NONE;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 0)
			argp_error(state, "one trace at a time: '%s' is one too many", argument);
		options->trace = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void options_parse_report(const struct command *command, int argc, char **argv,
			  struct options_report *options)
{
	static const struct argp_option list[] = {
		{"format", KEY_FORMAT, "FORMAT", 0, "text (default) or json", 0},
		{"output", 'o', "FILE", 0, "Write to this file instead of standard output", 0},
		{"at", KEY_AT, "SNAPSHOT", 0,
		 "Tell how things stood at a snapshot: its number, or a time as in 2.5s, which "
		 "means the last one before",
		 0},
		{NULL, 0, NULL, 0, "Only sockets:", 1},
		{"process", KEY_PROCESS, "WHICH", 0, "of a process: p2, a pid or a program's name",
		 1},
		{"peer", KEY_PEER, "GLOB", 0, "whose peer's address or name matches", 1},
		{"origin", KEY_ORIGIN, "WORD", 0, "that came about in this way", 1},
		{"end", KEY_END, "WORD", 0, "that ended in this way, or \"open\"", 1},
		{"open", KEY_OPEN, NULL, 0, "that were open at the end", 1},
		{NULL, 0, NULL, 0, "In the text:", 2},
		{"all", KEY_ALL, NULL, 0,
		 "Show datagram sockets, netlink and what the resolver makes, too, and pools that "
		 "never connected",
		 2},
		{"no-fold", KEY_NO_FOLD, NULL, 0,
		 "Show a line for each of many like sockets or objects", 2},
		{"stacks", KEY_STACKS, NULL, 0,
		 "Show where each object was created, each socket opened and closed", 2},
		{"timeline", KEY_TIMELINE, NULL, 0,
		 "Draw the lives of objects' sockets, however many there are", 2},
		{"no-timeline", KEY_NO_TIMELINE, NULL, 0, "Draw none", 2},
		{0},
	};

	*options = (struct options_report){.trace = COMMAND_DEFAULT_TRACE,
					   .renderer = &renderer_text};
	command_line_parse(command, argc, argv, list, parse_report, 0, options);
}

/* ---- show ---- */

static error_t parse_show(int key, char *argument, struct argp_state *state)
{
	struct options_show *options = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (state->arg_num == 0)
			options_id(state, argument, &options->kind, &options->index);
		else if (state->arg_num == 1)
			options->trace = argument;
		else
			argp_error(state, "'%s' is one argument too many", argument);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which socket, object or process is to be shown?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void options_parse_show(const struct command *command, int argc, char **argv,
			struct options_show *options)
{
	*options = (struct options_show){.trace = COMMAND_DEFAULT_TRACE};
	command_line_parse(command, argc, argv, NULL, parse_show, 0, options);
}

/* ---- plain ---- */

struct plain_parse {
	struct options_plain *options;
	int minimum, maximum;
	bool is_command_line;
};

static void plain_take(struct plain_parse *parse, struct argp_state *state)
{
	int room = parse->is_command_line ? INT_MAX : parse->maximum;

	if (parse->options->argument_count == 0)
		parse->options->arguments = &state->argv[state->next - 1];
	if (parse->is_command_line) {
		parse->options->argument_count = state->argc - state->next + 1;
		state->next = state->argc;
	} else {
		parse->options->argument_count++;
	}
	if (parse->options->argument_count > room)
		argp_error(state, "'%s' is one argument too many", state->argv[state->next - 1]);
}

static error_t parse_plain(int key, char *argument, struct argp_state *state)
{
	struct plain_parse *parse = state->input;

	(void)argument;
	switch (key) {
	case ARGP_KEY_ARG:
		plain_take(parse, state);
		return 0;
	case ARGP_KEY_END:
		if (parse->options->argument_count < parse->minimum)
			argp_error(state, "an argument is missing");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void options_parse_plain(const struct command *command, int argc, char **argv, int minimum,
			 int maximum, bool is_command_line, struct options_plain *options)
{
	struct plain_parse parse = {options, minimum, maximum, is_command_line};

	options->arguments = argv + argc; /* execve(2): ends with a NULL */
	options->argument_count = 0;
	command_line_parse(command, argc, argv, NULL, parse_plain,
			   is_command_line ? ARGP_IN_ORDER : 0, &parse);
}
