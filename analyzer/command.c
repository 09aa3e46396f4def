#include "command.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "terminal.h"

int command_fail(const struct error *error)
{
	char path[sizeof error->path * 4], reason[sizeof error->reason * 4];
	struct terminal terminal;

	terminal_init(&terminal, stderr);
	terminal_escape(&terminal, error->path, strlen(error->path), path, sizeof path);
	terminal_escape(&terminal, error->reason, strlen(error->reason), reason, sizeof reason);
	if (path[0] != '\0')
		fprintf(stderr, "socklife: %s: %s\n", path, reason);
	else
		fprintf(stderr, "socklife: %s\n", reason);
	return COMMAND_FAILED;
}
