#include "options_check.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "options_help.h"
#include "options_values.h"
#include "policy_config.h"
#include "render_check.h"

/* Keys of options without a short form: beyond every character. */
enum option_key {
	KEY_FORMAT = 256,
	KEY_CONFIG = 0x1000, /* beyond those of any parser that this one is a child of */
	KEY_UPDATE_BASELINE,
	KEY_GEN_SUPPRESSIONS,
	KEY_POLICY /* and as many more as policy_keys.def has rows */
};

/* ---- what check and run share ---- */

static void setting_add(struct options_check *options, unsigned int key, const char *value,
			const struct argp_state *state)
{
	struct options_setting *settings =
		reallocarray(options->settings, options->setting_count + 1, sizeof *settings);

	if (settings == NULL) {
		argp_failure(state, argp_err_exit_status, ENOMEM, "options");
		return;
	}
	options->settings = settings;
	settings[options->setting_count++] = (struct options_setting){key, value};
}

static error_t parse_shared(int key, char *argument, struct argp_state *state)
{
	struct options_check *options = state->input;

	if (key >= KEY_POLICY && key < KEY_POLICY + POLICY_KEY_COUNT)
		setting_add(options, (unsigned int)(key - KEY_POLICY), argument, state);
	else if (key == KEY_CONFIG)
		options->config = argument;
	else if (key == KEY_UPDATE_BASELINE)
		options->update_baseline = true;
	else if (key == KEY_GEN_SUPPRESSIONS)
		options->gen_suppressions = true;
	else
		return ARGP_ERR_UNKNOWN;
	options->is_used = true;
	return 0;
}

static const struct argp_option shared_list[] = {
#define POLICY_KEY(NAME, name, kind, argument, help)                                               \
	{name, KEY_POLICY + POLICY_##NAME, argument, 0, help, 0},
#include "policy_keys.def"
	{"config", KEY_CONFIG, "FILE", 0,
	 "Read the same keys from this file first, in a section [check] "
	 "(default: " POLICY_CONFIG_DEFAULT ", if there is one)",
	 0},
	{"update-baseline", KEY_UPDATE_BASELINE, NULL, 0,
	 "Write what fails into the baseline, and pass", 0},
	{"gen-suppressions", KEY_GEN_SUPPRESSIONS, NULL, 0,
	 "Print a suppression for each finding that fails, instead of the outcome", 0},
	{0},
};

const struct argp options_check_argp = {.options = shared_list, .parser = parse_shared};

void options_check_init(struct options_check *options)
{
	*options = (struct options_check){.trace = COMMAND_DEFAULT_TRACE};
	policy_init(&options->policy);
}

void options_check_release(struct options_check *options)
{
	policy_release(&options->policy);
	free(options->settings);
}

static void settings_apply(struct options_check *options, const struct argp_state *state)
{
	struct error error;

	policy_source_begin(&options->policy);
	for (size_t i = 0; i < options->setting_count; i++) {
		const struct options_setting *setting = &options->settings[i];

		if (policy_set(&options->policy, setting->key, setting->value, &error) != STATUS_OK)
			argp_error(state, "--%s: %s", policy_key_name(setting->key), error.reason);
	}
}

void options_check_resolve(struct options_check *options, const char *format,
			   const struct argp_state *state)
{
	struct error error;

	options->renderer = options_check_renderer(state, format != NULL ? format : "text");
	if (options->gen_suppressions)
		options->renderer = &check_renderer_suppressions;
	if (policy_config_load(&options->policy, options->config, &error) != STATUS_OK)
		exit(command_fail(&error));
	settings_apply(options, state);
	if (options->update_baseline && options->policy.baseline_path == NULL)
		argp_error(state, "--update-baseline: which one? Name it with --baseline FILE");
}

/* ---- check ---- */

struct check_parse {
	struct options_check *options;
	const char *format;
};

static error_t parse_check(int key, char *argument, struct argp_state *state)
{
	struct check_parse *parse = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = parse->options;
		return 0;
	case 'o':
		parse->options->output = argument;
		return 0;
	case KEY_FORMAT:
		parse->format = argument;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 0)
			argp_error(state, "one trace at a time: '%s' is one too many", argument);
		parse->options->trace = argument;
		return 0;
	case ARGP_KEY_END:
		options_check_resolve(parse->options, parse->format, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void options_parse_check(const struct command *command, int argc, char **argv,
			 struct options_check *options)
{
	static const struct argp_option list[] = {
		{"format", KEY_FORMAT, "FORMAT", 0,
		 "text (default), json, junit, sarif, github or summary", 0},
		{"output", 'o', "FILE", 0, "Write to this file instead of standard output", 0},
		{0},
	};
	const struct argp_child children[] = {
		{&options_check_argp, 0, "What is demanded:", 1}, options_help[0], {0}};
	struct check_parse parse = {.options = options};
	struct argp argp = {
		.options = list,
		.parser = parse_check,
		.args_doc = command->synopsis,
		.doc = command->summary,
		.children = children,
	};

	options_check_init(options);
	options_parse(&argp, argc, argv, 0, &parse);
}
