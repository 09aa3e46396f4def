/*
 * Reports on a trace. A file named by -o is written under another name and renamed when it is
 * whole, so that a reader never meets half a report and a failure leaves an older one as it was.
 */
#include "command.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis.h"
#include "options.h"
#include "render.h"

/* Devices and pipes cannot be replaced by a rename: they are written as they are. */
static bool is_replaceable(const char *path)
{
	struct stat status;

	return lstat(path, &status) != 0 || S_ISREG(status.st_mode);
}

static enum status write_failed(const char *path, struct error *error)
{
	return error_set(error, STATUS_WRITE, path, 0, "%s", strerror(errno));
}

static enum status render_file(const struct options_report *options,
			       const struct render_input *input, const char *path,
			       struct error *error)
{
	FILE *out = fopen(path, "we");
	enum status status;

	if (out == NULL)
		return write_failed(options->output, error);
	status = options->renderer->render(input, out, error);
	if (status == STATUS_WRITE)
		snprintf(error->path, sizeof error->path, "%s", options->output);
	if (fclose(out) != 0 && status == STATUS_OK)
		return write_failed(options->output, error);
	return status;
}

static enum status render_replacing(const struct options_report *options,
				    const struct render_input *input, struct error *error)
{
	char path[PATH_MAX];
	enum status status;

	if (snprintf(path, sizeof path, "%s.%ld.new", options->output, (long)getpid()) >=
	    (int)sizeof path) {
		errno = ENAMETOOLONG;
		return write_failed(options->output, error);
	}
	status = render_file(options, input, path, error);
	if (status == STATUS_OK && rename(path, options->output) != 0)
		status = write_failed(options->output, error);
	if (status != STATUS_OK)
		unlink(path);
	return status;
}

static bool is_stdout(const struct options_report *options)
{
	return options->output == NULL || strcmp(options->output, "-") == 0;
}

static enum status render_to_output(const struct options_report *options,
				    const struct render_input *input, struct error *error)
{
	if (is_stdout(options))
		return options->renderer->render(input, stdout, error);
	if (is_replaceable(options->output))
		return render_replacing(options, input, error);
	return render_file(options, input, options->output, error);
}

static int report_run(const struct command *command, int argc, char **argv)
{
	struct options_report options;
	struct analysis analysis;
	struct error error;
	enum status status;

	options_parse_report(command, argc, argv, &options);
	if (analysis_init_at(&analysis, options.trace, options.at, &error) != STATUS_OK)
		return command_fail(&error);
	status = render_to_output(&options,
				  &(struct render_input){
					  .model = &analysis.model,
					  .symbols = analysis.symbols,
					  .selection = &options.selection,
					  .with_stacks = options.with_stacks,
					  .timelines = options.timelines,
				  },
				  &error);
	analysis_release(&analysis);
	if (status == STATUS_WRITE && is_stdout(&options))
		return COMMAND_FAILED; /* main() tells why when it closes stdout */
	return status == STATUS_OK ? COMMAND_PASS : command_fail(&error);
}

const struct command cmd_report = {
	.name = "report",
	.synopsis = "[TRACE]",
	.summary = "tell what happened to every socket of a recorded run",
	.run = report_run,
};
