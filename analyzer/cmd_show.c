/*
 * Tells the whole story of one socket, object or process. Stacks are always shown here: who asks
 * about one thing wants all of it.
 */
#include "command.h"

#include <inttypes.h>
#include <stdio.h>

#include "analysis.h"
#include "options.h"
#include "render_findings.h"
#include "render_show.h"
#include "terminal.h"

struct kind {
	char letter;
	const char *name;
	uint32_t count;
	enum status (*render)(const struct model *model, struct symbols *symbols, uint32_t index,
			      FILE *out, struct error *error);
};

static enum status id_show(const struct analysis *analysis, const struct options_show *options,
			   struct error *error)
{
	const struct kind kinds[] = {
		{'p', "process", analysis->model.processes_count, render_show_process},
		{'s', "socket", analysis->model.sockets_count, render_show_socket},
		{'o', "object", analysis->model.objects_count, render_show_object},
	};
	const size_t count = sizeof(kinds) / sizeof(kinds[0]);
	const struct kind *kind = kinds;

	/* options_parse_show() has let no other letter pass; the last one ends the search. */
	while (kind->letter != options->kind && kind < kinds + count - 1)
		kind++;
	if (options->index < kind->count)
		return kind->render(&analysis->model, analysis->symbols, options->index, stdout,
				    error);
	return error_set(error, STATUS_NOT_FOUND, options->trace, 0,
			 "there is no %s %c%" PRIu64 "; it has %" PRIu32, kind->name, kind->letter,
			 (uint64_t)options->index + 1, kind->count);
}

/* What the rules say of it, below its story. */
static enum status findings_show(struct analysis *analysis, const struct options_show *options,
				 struct error *error)
{
	enum status status = options->kind != 'p' ? analysis_judge(analysis, NULL, error)
						  : STATUS_OK;
	struct terminal terminal;

	if (status != STATUS_OK || options->kind == 'p')
		return status;
	terminal_init(&terminal, stdout);
	render_findings_print_about(&analysis->findings, &terminal,
				    options->kind == 's' ? options->index : MODEL_NONE,
				    options->kind == 'o' ? options->index : MODEL_NONE, stdout);
	return STATUS_OK;
}

static int show_run(const struct command *command, int argc, char **argv)
{
	struct options_show options;
	struct analysis analysis;
	struct error error;
	enum status status;

	options_parse_show(command, argc, argv, &options);
	if (analysis_init(&analysis, options.trace, &error) != STATUS_OK)
		return command_fail(&error);
	status = id_show(&analysis, &options, &error);
	if (status == STATUS_OK)
		status = findings_show(&analysis, &options, &error);
	analysis_release(&analysis);
	if (status == STATUS_WRITE)
		return COMMAND_FAILED; /* main() tells why when it closes stdout */
	return status == STATUS_OK ? COMMAND_PASS : command_fail(&error);
}

const struct command cmd_show = {
	.name = "show",
	.synopsis = "ID [TRACE]",
	.summary = "tell the whole story of a socket (s17), object (o3) or process (p1)",
	.run = show_run,
};
