#include "options_help.h"

#include <stdio.h>
#include <stdlib.h>

#include "command.h"

#define KEY_USAGE 1 /* no character, and of this parser alone */

static error_t parse_help(int key, char *argument, struct argp_state *state)
{
	(void)argument;
	switch (key) {
	case '?':
		argp_state_help(state, state->out_stream, ARGP_HELP_STD_HELP);
		return 0;
	case KEY_USAGE:
		argp_state_help(state, state->out_stream, ARGP_HELP_USAGE | ARGP_HELP_EXIT_OK);
		return 0;
	case 'V':
		fprintf(state->out_stream, "%s\n", argp_program_version);
		exit(COMMAND_PASS);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option help_list[] = {
	{"help", '?', NULL, 0, "Give this help list", -1},
	{"usage", KEY_USAGE, NULL, 0, "Give a short usage message", 0},
	{"version", 'V', NULL, 0, "Print program version", -1},
	{0},
};

static const struct argp help_argp = {.options = help_list, .parser = parse_help};

const struct argp_child options_help[] = {{&help_argp, 0, NULL, 0}, {0}};

void options_parse(const struct argp *argp, int argc, char **argv, unsigned int flags, void *input)
{
	argp_err_exit_status = COMMAND_FAILED;
	argp_parse(argp, argc, argv, flags | ARGP_NO_HELP, NULL, input);
}
