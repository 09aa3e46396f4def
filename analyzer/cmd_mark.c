/*
 * Leaves a mark for the process that runs this command, for shells and whatever else cannot call
 * track.h. It is a recorded program itself then, whose trace holds the mark and nothing else.
 * Without a recording it does nothing, so that scripts run as ever.
 */
#include "command.h"

#include <string.h>
#include <unistd.h>

#include <socklife/track.h>

#include "error.h"
#include "options.h"

static int mark_kind(const char *word)
{
	if (strcmp(word, "begin") == 0)
		return SOCKLIFE_MARK_BEGIN;
	return strcmp(word, "end") == 0 ? SOCKLIFE_MARK_END : 0;
}

static int mark_fail(const char *name, const char *reason)
{
	struct error error;

	error_set(&error, STATUS_USAGE, name, 0, "%s", reason);
	return command_fail(&error);
}

static int mark_run(const struct command *command, int argc, char **argv)
{
	struct options_plain options;
	int kind;

	options_parse_plain(command, argc, argv, 2, 2, false, &options);
	kind = mark_kind(options.arguments[0]);
	if (kind == 0)
		return mark_fail(options.arguments[0], "a mark can \"begin\" or \"end\"");
	if (options.arguments[1][0] == '\0')
		return mark_fail("mark", "its name is empty");
	if (socklife_track_mark != NULL &&
	    socklife_track_mark(kind, options.arguments[1], (uint32_t)getppid()) == 0)
		return mark_fail(options.arguments[1], "the mark could not be recorded");
	return COMMAND_PASS;
}

const struct command cmd_mark = {
	.name = "mark",
	.synopsis = "begin|end NAME",
	.summary = "say to a recording that a test, or a step, begins or ends",
	.run = mark_run,
};
