/* Holds a recording against what a project demands, so that a build can fail. */
#include "cmd_check.h"

#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "analysis.h"
#include "command.h"
#include "finding.h"
#include "options_check.h"
#include "output.h"
#include "policy_judge.h"
#include "reader_writer.h"
#include "render_check.h"

/* What is still ending gets so long, or as long as --grace says. */
#define ENDS_GRACE_NS INT64_C(2000000000)
#define ENDS_PAUSE_NS INT64_C(10000000)

int check_prepare(struct check *check, const struct options_check *options)
{
	const struct policy *policy = &options->policy;
	struct error error;

	*check = (struct check){.options = options};
	if (policy->suppressions_path != NULL) {
		if (suppressions_load(&check->suppressions, policy->suppressions_path, &error) !=
		    STATUS_OK)
			return command_fail(&error);
		check->has_suppressions = true;
	}
	if (policy->baseline_path != NULL && !options->update_baseline) {
		enum status status = baseline_load(&check->baseline, policy->baseline_path, &error);

		if (status == STATUS_NOT_FOUND)
			error_set(&error, status, policy->baseline_path, 0,
				  "there is no baseline yet; --update-baseline writes one");
		if (status != STATUS_OK)
			return command_fail(&error);
		check->has_baseline = true;
	}
	return COMMAND_PASS;
}

void check_release(struct check *check)
{
	if (check->has_suppressions)
		suppressions_release(&check->suppressions);
	if (check->has_baseline)
		baseline_release(&check->baseline);
}

static enum status outcome_write(const void *context, FILE *out, struct error *error)
{
	const struct check_input *input = context;

	return input->renderer->render(input, out, error);
}

static int outcome_exit(const struct policy_outcome *outcome)
{
	if (outcome->fails)
		return COMMAND_FINDINGS;
	return outcome->is_incomplete ? COMMAND_INCOMPLETE : COMMAND_PASS;
}

static int outcome_tell(const struct check *check, const struct policy_case *judged,
			const struct policy_outcome *outcome, FILE *out)
{
	char base[PATH_MAX];
	const struct check_input input = {
		.renderer = check->options->renderer,
		.judged = judged,
		.outcome = outcome,
		.base = getcwd(base, sizeof base) != NULL ? base : "",
	};
	const char *path = check->options->output;
	bool is_file = path != NULL && strcmp(path, "-") != 0;
	struct error error;
	enum status status;

	status = is_file ? output_replace(path, outcome_write, &input, &error)
			 : outcome_write(&input, out, &error);
	if (status == STATUS_OK)
		return outcome_exit(outcome);
	if (status == STATUS_WRITE && !is_file && out == stdout)
		return COMMAND_FAILED; /* main() tells why when it closes stdout */
	return command_fail(&error);
}

/* What fails now becomes the baseline, and is judged by it again. A recording with gaps makes none:
 * what it did not see would be new the next time. */
static enum status baseline_renew(struct check *check, struct policy_case *judged,
				  struct policy_outcome *outcome, struct error *error)
{
	enum status status;

	if (!check->options->update_baseline || outcome->is_incomplete)
		return STATUS_OK;
	status = baseline_take(&check->baseline, &outcome->failing,
			       check->options->policy.baseline_path, error);
	if (status != STATUS_OK)
		return status;
	check->has_baseline = true;
	judged->baseline = &check->baseline;
	status = baseline_save(&check->baseline, error);
	policy_outcome_release(outcome);
	return status == STATUS_OK ? policy_outcome_init(outcome, judged, error) : status;
}

static bool is_ending(const struct model_process *process)
{
	return process->is_live && reader_writer_find(process->file) == READER_WRITER_THERE;
}

/*
 * Who was told to end, as a server that a script stops last, may take a moment for it; a build must
 * not fail by how long. Not while run itself still waits: that takes as long as it takes. Returns
 * whether the recording has changed meanwhile.
 */
static bool ends_await(const struct model *model, int64_t grace_ns)
{
	const struct timespec pause = {.tv_nsec = ENDS_PAUSE_NS};
	int64_t left_ns = grace_ns > ENDS_GRACE_NS ? grace_ns : ENDS_GRACE_NS;
	bool has_waited = false;

	if (model->has_run && model->ended_ns == TIME_NONE)
		return false;
	for (uint32_t i = 0; i < model->processes_count; i++) {
		has_waited |= model->processes[i].is_live;
		for (; left_ns > 0 && is_ending(&model->processes[i]); left_ns -= ENDS_PAUSE_NS)
			nanosleep(&pause, NULL);
	}
	return has_waited;
}

static enum status recording_load(struct analysis *analysis, const char *trace, int64_t grace_ns,
				  struct error *error)
{
	enum status status = analysis_init(analysis, trace, error);

	if (status != STATUS_OK || !ends_await(&analysis->model, grace_ns))
		return status;
	analysis_release(analysis);
	return analysis_init(analysis, trace, error);
}

static int case_judge(struct check *check, struct policy_case *judged, FILE *out, bool is_quiet)
{
	struct policy_outcome outcome;
	struct error error;
	int result;

	if (policy_outcome_init(&outcome, judged, &error) != STATUS_OK ||
	    baseline_renew(check, judged, &outcome, &error) != STATUS_OK)
		return command_fail(&error);
	result = outcome_exit(&outcome);
	if (!is_quiet || result != COMMAND_PASS || check->options->output != NULL)
		result = outcome_tell(check, judged, &outcome, out);
	policy_outcome_release(&outcome);
	return result;
}

int check_judge(struct check *check, const char *trace, FILE *out, bool is_quiet)
{
	const struct policy *policy = &check->options->policy;
	struct analysis analysis;
	struct policy_case judged = {
		.policy = policy,
		.model = &analysis.model,
		.findings = &analysis.findings,
		.suppressions = check->has_suppressions ? &check->suppressions : NULL,
		.baseline = check->has_baseline ? &check->baseline : NULL,
	};
	struct error error;
	int result = COMMAND_FAILED;

	if (recording_load(&analysis, trace, policy->settings.grace_ns, &error) != STATUS_OK)
		return command_fail(&error);
	judged.symbols = analysis.symbols;
	if (analysis_judge(&analysis, &policy->settings, &error) == STATUS_OK)
		result = case_judge(check, &judged, out, is_quiet);
	else
		command_fail(&error);
	analysis_release(&analysis);
	return result;
}

static int check_run(const struct command *command, int argc, char **argv)
{
	struct options_check options;
	struct check check;
	int result;

	options_parse_check(command, argc, argv, &options);
	result = check_prepare(&check, &options);
	if (result == COMMAND_PASS)
		result = check_judge(&check, options.trace, stdout, false);
	check_release(&check);
	options_check_release(&options);
	return result;
}

const struct command cmd_check = {
	.name = "check",
	.synopsis = "[TRACE]",
	.summary = "fail when a recorded run is not as it should be",
	.run = check_run,
};
