/*
 * The options of a check, which `check` and `run --check` share: a configuration file first, then
 * the command line, key by key as policy_keys.def lists them. One thread.
 */
#ifndef SOCKLIFE_OPTIONS_CHECK_H
#define SOCKLIFE_OPTIONS_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "policy.h"

struct argp;
struct argp_state;
struct check_renderer;
struct command;

/* A key of the command line; the value belongs to argv. */
struct options_setting {
	enum policy_key key;
	const char *value;
};

struct options_check {
	const char *trace;
	const char *output; /* a file; NULL: stdout, or stderr of `run` */
	const struct check_renderer *renderer;
	const char *config; /* NULL: the default one */
	bool update_baseline;
	bool gen_suppressions;
	struct policy policy; /* whole when parsing has ended */

	struct options_setting *settings; /* while parsing */
	size_t setting_count;
	bool is_used; /* an option of a check was given */
};

void options_check_init(struct options_check *options);
void options_check_release(struct options_check *options);
void options_parse_check(const struct command *command, int argc, char **argv,
			 struct options_check *options);

/* To be a child of another command's parser; its input is a struct options_check. */
extern const struct argp options_check_argp;
/* Fills options.policy, or ends the program. `format` NULL: text. */
void options_check_resolve(struct options_check *options, const char *format,
			   const struct argp_state *state);

#endif
