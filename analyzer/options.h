/*
 * Command lines, parsed by glibc's argp. Every command has --help and --usage; a wrong command line
 * ends the program with COMMAND_FAILED and a usage line, so the parsers return only when all is
 * well. Strings point into argv unless said otherwise. One thread.
 */
#ifndef SOCKLIFE_OPTIONS_H
#define SOCKLIFE_OPTIONS_H

#include <stdbool.h>

#include "options_check.h"
#include "render.h"
#include "selection.h"

struct command;
struct renderer;

struct options_run {
	const char *directory;
	char *track;          /* classes, comma-separated; NULL none; owned */
	const char **handles; /* catalogs of C handles beside the built-in one; owned */
	size_t handles_count;
	const struct renderer *renderer;
	bool is_quiet;
	char **program; /* NULL-terminated, at least one */
	bool is_check;
	struct options_check check; /* filled when is_check */
};

struct options_report {
	const char *trace;
	const char *output; /* a file; NULL: stdout */
	const char *at;     /* a snapshot; NULL: the end */
	const struct renderer *renderer;
	bool with_stacks;
	enum render_timelines timelines;
	struct selection selection;
};

struct options_show {
	const char *trace;
	char kind; /* 'p', 's' or 'o' */
	uint32_t index;
};

/* Of a command without options of its own. */
struct options_plain {
	char **arguments; /* NULL-terminated */
	int argument_count;
};

void options_parse_run(const struct command *command, int argc, char **argv,
		       struct options_run *options);
void options_run_release(struct options_run *options);
void options_parse_report(const struct command *command, int argc, char **argv,
			  struct options_report *options);
void options_parse_show(const struct command *command, int argc, char **argv,
			struct options_show *options);
/*
 * Between minimum and maximum arguments (INT_MAX: any number). With is_command_line the first
 * argument ends the options: what follows belongs to somebody else's command.
 */
void options_parse_plain(const struct command *command, int argc, char **argv, int minimum,
			 int maximum, bool is_command_line, struct options_plain *options);

#endif
