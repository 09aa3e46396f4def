/* Tells what has changed between two recordings of, as a rule, one program. */
#include "command.h"

#include <stdio.h>
#include <string.h>

#include "analysis.h"
#include "finding.h"
#include "options_diff.h"
#include "output.h"

struct page_output {
	const struct options_diff *options;
	const struct diff_page *page;
};

static enum status side_init(struct analysis *side, const char *trace, struct error *error)
{
	enum status status = analysis_init(side, trace, error);

	if (status != STATUS_OK)
		return status;
	status = analysis_judge(side, NULL, error);
	if (status != STATUS_OK)
		analysis_release(side);
	return status;
}

static enum status page_write(const void *context, FILE *out, struct error *error)
{
	const struct page_output *output = context;

	return output->options->render(output->page, out, error);
}

static bool has_worsened(const struct diff_page *page)
{
	const struct diff_rows *rows = &page->diff->lists[DIFF_FINDINGS];

	for (size_t i = 0; i < rows->count; i++) {
		const struct diff_row *row = &rows->rows[i];
		const struct findings *findings = page->inputs[row->finding_side].findings;

		if ((row->change == DIFF_IS_NEW || row->change == DIFF_GROWN) &&
		    findings->rows[row->finding].severity >= FINDING_WARNING)
			return true;
	}
	return false;
}

static int page_tell(const struct options_diff *options, const struct diff_page *page)
{
	const struct page_output output = {options, page};
	bool is_file = options->output != NULL && strcmp(options->output, "-") != 0;
	struct error error;
	enum status status = is_file ? output_replace(options->output, page_write, &output, &error)
				     : page_write(&output, stdout, &error);

	if (status == STATUS_WRITE && !is_file)
		return COMMAND_FAILED; /* main() tells why when it closes stdout */
	if (status != STATUS_OK)
		return command_fail(&error);
	return options->fail_on_new && has_worsened(page) ? COMMAND_FINDINGS : COMMAND_PASS;
}

static int sides_compare(const struct options_diff *options,
			 const struct analysis sides[DIFF_SIDES])
{
	struct diff_input inputs[DIFF_SIDES];
	struct diff diff;
	struct error error;
	int result;

	for (unsigned int i = 0; i < DIFF_SIDES; i++)
		inputs[i] = (struct diff_input){.model = &sides[i].model,
						.symbols = sides[i].symbols,
						.findings = &sides[i].findings};
	if (diff_init(&diff, inputs, &error) != STATUS_OK)
		return command_fail(&error);
	result = page_tell(
		options,
		&(struct diff_page){
			&diff, inputs, {options->traces[DIFF_OLD], options->traces[DIFF_NEW]}});
	diff_release(&diff);
	return result;
}

static int diff_run(const struct command *command, int argc, char **argv)
{
	struct options_diff options;
	struct analysis sides[DIFF_SIDES];
	struct error error;
	int result;

	options_parse_diff(command, argc, argv, &options);
	if (side_init(&sides[DIFF_OLD], options.traces[DIFF_OLD], &error) != STATUS_OK)
		return command_fail(&error);
	if (side_init(&sides[DIFF_NEW], options.traces[DIFF_NEW], &error) != STATUS_OK) {
		analysis_release(&sides[DIFF_OLD]);
		return command_fail(&error);
	}
	result = sides_compare(&options, sides);
	analysis_release(&sides[DIFF_OLD]);
	analysis_release(&sides[DIFF_NEW]);
	return result;
}

const struct command cmd_diff = {
	.name = "diff",
	.synopsis = "OLD NEW",
	.summary = "tell what has changed between two recorded runs",
	.run = diff_run,
};
