#include "options_help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "terminal.h"

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

/* ---- what argp and getopt say, with arguments of any bytes in it ---- */

static FILE *stderr_before; /* NULL: nothing is kept */
static char *said;
static size_t said_size;

/* argp's last line, which no argument is in; all before it is one message. */
static size_t message_size(void)
{
	static const char hint[] = "\nTry `";

	for (size_t at = said_size; at-- > 0;) {
		if (strncmp(said + at, hint, sizeof hint - 1) == 0)
			return at;
	}
	return said_size - (said_size != 0 && said[said_size - 1] == '\n');
}

static void said_print(void)
{
	size_t size = message_size(), room = size * 4 + 1;
	char *text = malloc(room);
	struct terminal terminal;

	terminal_init(&terminal, stderr);
	if (text != NULL)
		terminal_escape(&terminal, said, size, text, room);
	fprintf(stderr, "%s%s", text != NULL ? text : "socklife: out of memory", said + size);
	free(text);
}

static void stderr_give_back(void)
{
	FILE *kept = stderr;

	if (stderr_before == NULL)
		return;
	stderr = stderr_before;
	stderr_before = NULL;
	if (fclose(kept) == 0 && said_size != 0)
		said_print();
	free(said);
	said = NULL;
}

/* They print to whatever stderr is, and end by exit(). */
static void stderr_keep(void)
{
	FILE *keeping = NULL;

	if (atexit(stderr_give_back) == 0)
		keeping = open_memstream(&said, &said_size);
	if (keeping == NULL)
		return;
	stderr_before = stderr;
	stderr = keeping;
}

void options_parse(const struct argp *argp, int argc, char **argv, unsigned int flags, void *input)
{
	argp_err_exit_status = COMMAND_FAILED;
	stderr_keep();
	argp_parse(argp, argc, argv, flags | ARGP_NO_HELP, NULL, input);
	stderr_give_back();
}
