#include "options.h"

#include <argp.h>
#include <limits.h>

#include "command.h"
#include "options_help.h"
#include "options_values.h"

void options_command_line_parse(const struct command *command, int argc, char **argv,
				const struct argp_option *options, options_parser parser,
				unsigned int flags, void *input)
{
	struct argp argp = {
		.options = options,
		.parser = parser,
		.args_doc = command->synopsis,
		.doc = command->summary,
		.children = options_help,
	};

	options_parse(&argp, argc, argv, flags, input);
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
	options_command_line_parse(command, argc, argv, NULL, parse_show, 0, options);
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
	options_command_line_parse(command, argc, argv, NULL, parse_plain,
				   is_command_line ? ARGP_IN_ORDER : 0, &parse);
}
