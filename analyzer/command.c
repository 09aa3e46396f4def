#include "command.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "terminal.h"

int command_fail(const struct error *error)
{
	char path[sizeof error->path * 4];
	struct terminal terminal;

	terminal_init(&terminal, stderr);
	terminal_escape(&terminal, error->path, strlen(error->path), path, sizeof path);
	if (path[0] != '\0')
		fprintf(stderr, "socklife: %s: %s\n", path, error->reason);
	else
		fprintf(stderr, "socklife: %s\n", error->reason);
	return COMMAND_FAILED;
}
