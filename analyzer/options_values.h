/*
 * The values that options take, checked. A value that cannot be ends the program with a usage line
 * that names the ones that can.
 */
#ifndef SOCKLIFE_OPTIONS_VALUES_H
#define SOCKLIFE_OPTIONS_VALUES_H

#include <stdint.h>

struct argp_option;
struct argp_state;
struct check_renderer;
struct command;
struct renderer;

typedef int (*options_parser)(int key, char *argument, struct argp_state *state);

/* Parses the arguments of a command; flags are argp's. */
void options_command_line_parse(const struct command *command, int argc, char **argv,
				const struct argp_option *options, options_parser parser,
				unsigned int flags, void *input);

const struct renderer *options_renderer(const struct argp_state *state, const char *value);
const struct check_renderer *options_check_renderer(const struct argp_state *state,
						    const char *value);
const char *options_origin(const struct argp_state *state, const char *value);
const char *options_end(const struct argp_state *state, const char *value);
/* Appends module.Class[=role] to the comma-separated list, which it takes over and returns. */
char *options_track_add(const struct argp_state *state, char *track, const char *value);
/* "s17" becomes 's' and 16. */
void options_id(const struct argp_state *state, const char *value, char *kind, uint32_t *index);

#endif
