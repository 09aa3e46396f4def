/* Reports on a trace. */
#include "command.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analysis.h"
#include "cmd_progress.h"
#include "options.h"
#include "output.h"
#include "render.h"

struct report {
	const struct options_report *options;
	const struct render_input *input;
};

static enum status report_write(const void *context, FILE *out, struct error *error)
{
	const struct report *report = context;

	return report->options->renderer->render(report->input, out, error);
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
	return output_replace(options->output, report_write, &(struct report){options, input},
			      error);
}

static int report_run(const struct command *command, int argc, char **argv)
{
	struct options_report options;
	struct analysis analysis;
	struct cmd_progress bar;
	struct error error;
	enum status status;

	options_parse_report(command, argc, argv, &options);
	status = analysis_init_watched(&analysis, options.trace, options.at,
				       cmd_progress_start(&bar), &error);
	if (status != STATUS_OK || (is_stdout(&options) && isatty(STDOUT_FILENO)))
		cmd_progress_stop(&bar);
	if (status != STATUS_OK)
		return command_fail(&error);
	status = analysis_judge(&analysis, NULL, &error);
	if (status != STATUS_OK) {
		analysis_release(&analysis);
		return command_fail(&error);
	}
	status = render_to_output(&options,
				  &(struct render_input){
					  .model = &analysis.model,
					  .symbols = analysis.symbols,
					  .findings = &analysis.findings,
					  .selection = &options.selection,
					  .with_stacks = options.with_stacks,
					  .timelines = options.timelines,
				  },
				  &error);
	cmd_progress_stop(&bar);
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
