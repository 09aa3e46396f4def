/*
 * The command line: help by walking the table of commands, and the one place that closes stdout.
 */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "options_help.h"

static const struct command *const commands[] = {
#define COMMAND(name) &cmd_##name,
#include "commands.def"
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

const char *argp_program_version = "socklife " SOCKLIFE_VERSION;

struct invocation {
	const struct command *command;
	int first; /* index in argv of the command's name */
};

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct invocation *invocation = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		invocation->command = command_find(argument);
		if (invocation->command == NULL)
			argp_error(state, "there is no command '%s'", argument);
		invocation->first = state->next - 1;
		state->next = state->argc; /* the rest is the command's own */
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which command?");
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static char *commands_text(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	fputs("Commands:\n", out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n`socklife COMMAND --help` tells each one's options.", out);
	return fclose(out) == 0 ? text : NULL;
}

/* argp frees what this returns, when it is not the text it was given. */
static char *help_filter(int key, const char *text, void *input)
{
	(void)input;
	return key == ARGP_KEY_HELP_POST_DOC ? commands_text() : (char *)text;
}

/*
 * Numbers that we were started without would go to the next files opened, and what is printed into
 * a trace. They are opened the wrong way round, so that using them still fails, and go at exec: a
 * program finds closed what was closed.
 */
static void standard_streams_open(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			open("/dev/null", mode | O_CLOEXEC);
	}
}

/*
 * By atexit, so that no way out forgets it: a full disk is often told only when the last buffer is
 * written or by close (close(2), NOTES), and a report that was cut off must not pass for a good
 * one.
 */
static void stdout_close(void)
{
	bool had_error = ferror(stdout) != 0, has_text = __fpending(stdout) != 0;

	if (fclose(stdout) == 0 && !had_error)
		return;
	if (errno == EBADF && !had_error && !has_text)
		return; /* started without a stdout, and wrote nothing */
	fprintf(stderr, "socklife: standard output: %s\n",
		errno != 0 ? strerror(errno) : "could not be written");
	_exit(COMMAND_FAILED);
}

/* argv[0] as a usage line of the command shows it. */
static int command_start(const struct command *command, int argc, char **argv)
{
	char name[64];

	snprintf(name, sizeof name, "socklife %s", command->name);
	argv[0] = name;
	return command->run(command, argc, argv);
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.parser = parse,
		.args_doc = "COMMAND [ARGUMENT...]",
		.doc = "Records the lifetime of every socket of a program, and tells what happened "
		       "to each.\v",
		.children = options_help,
		.help_filter = help_filter,
	};
	struct invocation invocation = {0};

	standard_streams_open();
	/* only how characters are shown: numbers keep their point in every locale */
	setlocale(LC_CTYPE, "");
	atexit(stdout_close);
	options_parse(&argp, argc, argv, ARGP_IN_ORDER, &invocation);
	return command_start(invocation.command, argc - invocation.first, argv + invocation.first);
}
