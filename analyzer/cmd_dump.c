/*
 * Prints every record of a trace as text. It reads the files and no model, so that it shows what
 * stands there even where a model cannot be made of it.
 */
#include "command.h"

#include <stdio.h>

#include "options.h"
#include "reader.h"
#include "render_dump.h"
#include "trace_files.h"

static int file_dump(const char *path)
{
	struct reader reader;
	struct error error;
	enum status status = reader_open(&reader, path, &error);
	int result = COMMAND_PASS;

	if (status != STATUS_OK)
		return command_fail(&error);
	status = render_dump(&reader, stdout, &error);
	if (reader.is_corrupt || reader.is_truncated)
		result = COMMAND_INCOMPLETE;
	reader_close(&reader);
	/* main() tells why when it closes stdout */
	return status == STATUS_OK ? result : COMMAND_FAILED;
}

/* A file that cannot be read does not keep the others from being printed. */
static int files_dump(const struct trace_files *files)
{
	int result = COMMAND_PASS;

	for (size_t i = 0; i < files->count && !ferror(stdout); i++) {
		int one = file_dump(files->paths[i]);

		if (one == COMMAND_FAILED || result == COMMAND_PASS)
			result = one;
	}
	return result;
}

static int dump_run(const struct command *command, int argc, char **argv)
{
	struct options_plain options;
	struct trace_files files;
	struct error error;
	int result;

	options_parse_plain(command, argc, argv, 0, 1, false, &options);
	if (trace_files_list(&files,
			     options.argument_count == 0 ? COMMAND_DEFAULT_TRACE
							 : options.arguments[0],
			     &error) == STATUS_OK)
		result = files_dump(&files);
	else
		result = command_fail(&error);
	trace_files_release(&files);
	return result;
}

const struct command cmd_dump = {
	.name = "dump",
	.synopsis = "[TRACE]",
	.summary = "print every record of a trace as text",
	.run = dump_run,
};
