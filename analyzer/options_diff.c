#include "options_diff.h"

#include <argp.h>
#include <string.h>

#include "options_values.h"

/* Keys of options without a short form: beyond every character. */
enum option_key { KEY_FORMAT = 256, KEY_FAIL_ON_NEW };

static void format_set(struct options_diff *options, const char *name,
		       const struct argp_state *state)
{
	if (strcmp(name, "text") == 0)
		options->render = render_diff_text;
	else if (strcmp(name, "json") == 0)
		options->render = render_diff_json;
	else
		argp_error(state, "there is no format '%s'; it is one of text, json", name);
}

static error_t parse_diff(int key, char *argument, struct argp_state *state)
{
	struct options_diff *options = state->input;

	switch (key) {
	case 'o':
		options->output = argument;
		return 0;
	case KEY_FORMAT:
		format_set(options, argument, state);
		return 0;
	case KEY_FAIL_ON_NEW:
		options->fail_on_new = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num >= DIFF_SIDES)
			argp_error(state, "'%s' is one argument too many", argument);
		options->traces[state->arg_num % DIFF_SIDES] = argument;
		return 0;
	case ARGP_KEY_END:
		if (state->arg_num < DIFF_SIDES)
			argp_error(state, "which two traces?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void options_parse_diff(const struct command *command, int argc, char **argv,
			struct options_diff *options)
{
	static const struct argp_option list[] = {
		{"format", KEY_FORMAT, "FORMAT", 0, "text (default) or json", 0},
		{"output", 'o', "FILE", 0, "Write to this file instead of standard output", 0},
		{"fail-on-new", KEY_FAIL_ON_NEW, NULL, 0,
		 "End with 1 when a warning or an error is new or has grown", 0},
		{0},
	};

	*options = (struct options_diff){.render = render_diff_text};
	options_command_line_parse(command, argc, argv, list, parse_diff, 0, options);
}
