/*
 * What --gen-suppressions prints: a block for each finding that fails, ready to be appended to the
 * file of suppressions once somebody has said why. It is no format of a check: nothing is judged.
 */
#include "render_check.h"

#include "finding.h"
#include "policy_judge.h"
#include "policy_suppressions.h"
#include "render.h"

/* Findings of one fingerprint differ in their lines, which a suppression does not know. */
static bool is_repeated(const struct check_input *input, const struct finding *finding)
{
	const struct finding *earlier;
	uint32_t index = 0;

	while ((earlier = check_finding_next(input, POLICY_STATE_FAILS, &index)) != finding) {
		if (earlier->fingerprint == finding->fingerprint)
			return true;
	}
	return false;
}

static enum status suppressions_render(const struct check_input *input, FILE *out,
				       struct error *error)
{
	const struct finding *finding;
	uint32_t index = 0;

	while ((finding = check_finding_next(input, POLICY_STATE_FAILS, &index)) != NULL) {
		if (is_repeated(input, finding))
			continue;
		suppression_write(finding, out);
		fputs("\n", out);
	}
	return render_finish(out, error);
}

const struct check_renderer check_renderer_suppressions = {.name = "suppressions",
							   .render = suppressions_render};
