/*
 * A check as JUnit's XML, which most services that run tests can show. Every rule is a class of
 * test cases: one for each finding, or one that passes; so is each limit that is broken, and the
 * recording's completeness. What is known or suppressed is skipped, with the reason.
 */
#include "render_check.h"

#include <inttypes.h>
#include <mxml.h>
#include <string.h>

#include "finding.h"
#include "policy.h"
#include "policy_judge.h"
#include "policy_suppressions.h"
#include "render.h"

struct suite {
	const struct check_input *input;
	mxml_node_t *node;
	unsigned int tests, failures, errors, skipped;
};

static mxml_node_t *case_add(struct suite *suite, const char *class, const char *name)
{
	mxml_node_t *node = mxmlNewElement(suite->node, "testcase");

	suite->tests++;
	mxmlElementSetAttrf(node, "classname", "socklife.%s", class);
	mxmlElementSetAttr(node, "name", name);
	mxmlElementSetAttr(node, "time", "0");
	return node;
}

/* "failure" or "error", with its message and, below it, the details. */
static void failure_add(mxml_node_t *test, const char *element, const char *type,
			const char *message, const char *details)
{
	mxml_node_t *node = mxmlNewElement(test, element);

	mxmlElementSetAttr(node, "message", message);
	mxmlElementSetAttr(node, "type", type);
	mxmlNewOpaque(node, details);
}

/* "app.py:12" in front; "" when it is not known. */
static void place_text(const struct finding_place *place, bool has_place, char *text, size_t size)
{
	char path[CHECK_TEXT_SIZE];

	text[0] = '\0';
	if (!has_place)
		return;
	check_escape(place->path, path, sizeof path);
	snprintf(text, size, "%s:%" PRIu32 ": ", path, place->line);
}

static void finding_details(const struct check_input *input, const struct finding *finding,
			    const char *message, char *details, size_t size)
{
	char at[CHECK_TEXT_SIZE + 16], fix[CHECK_TEXT_SIZE] = "";
	struct finding_place place;
	bool has_place = check_finding_place(input, finding, &place);

	place_text(&place, has_place, at, sizeof at);
	if (finding->fix != NULL)
		check_escape(finding->fix, fix, sizeof fix);
	snprintf(details, size, "%s%s%s%s", at, message, fix[0] != '\0' ? "\nfix: " : "", fix);
}

static void finding_add(struct suite *suite, uint32_t index)
{
	const struct check_input *input = suite->input;
	const struct finding *finding = &input->judged->findings->rows[index];
	const struct policy_row *row = &input->outcome->rows[index];
	char name[512], message[CHECK_TEXT_SIZE], details[3 * CHECK_TEXT_SIZE];
	mxml_node_t *test;

	finding_name_fill(finding, name, sizeof name);
	test = case_add(suite, rule_name(finding->rule), name);
	check_escape(finding->message, message, sizeof message);
	if (row->state == POLICY_STATE_FAILS) {
		finding_details(input, finding, message, details, sizeof details);
		failure_add(test, "failure", finding_severity_word(finding->severity), message,
			    details);
		suite->failures++;
		return;
	}
	if (row->suppression != SUPPRESSION_NONE)
		check_escape(input->judged->suppressions->rows[row->suppression].why, message,
			     sizeof message);
	snprintf(details, sizeof details, "%s: %s", policy_state_word(row->state), message);
	mxmlElementSetAttr(mxmlNewElement(test, "skipped"), "message", details);
	suite->skipped++;
}

static void rules_add(struct suite *suite)
{
	const struct findings *findings = suite->input->judged->findings;

	for (unsigned int rule = 0; rule < RULE_COUNT; rule++) {
		unsigned int before = suite->tests;

		if (suite->input->judged->policy->settings.severities[rule] == FINDING_OFF)
			continue;
		for (uint32_t i = 0; i < findings->count; i++) {
			if (findings->rows[i].rule == rule)
				finding_add(suite, i);
		}
		if (suite->tests == before)
			case_add(suite, rule_name((enum rule)rule), "no finding");
	}
}

static void breaches_add(struct suite *suite)
{
	const struct policy_breaches *breaches = &suite->input->outcome->breaches;

	for (size_t i = 0; i < breaches->count; i++) {
		const struct policy_breach *breach = &breaches->rows[i];
		char name[CHECK_TEXT_SIZE], message[CHECK_TEXT_SIZE], at[CHECK_TEXT_SIZE + 16];
		char details[2 * CHECK_TEXT_SIZE + 16];
		struct finding_place place;
		bool has_place = check_breach_place(suite->input, breach, &place);

		check_escape(breach->glob != NULL ? breach->glob : "the whole run", name,
			     sizeof name);
		check_escape(breach->message, message, sizeof message);
		place_text(&place, has_place, at, sizeof at);
		snprintf(details, sizeof details, "%s%s", at, message);
		failure_add(case_add(suite, policy_key_name(breach->key), name), "failure", "limit",
			    message, details);
		suite->failures++;
	}
}

static void coverage_add(struct suite *suite)
{
	const struct policy_outcome *outcome = suite->input->outcome;
	mxml_node_t *test = case_add(suite, "coverage", "the recording is complete");
	char message[CHECK_TEXT_SIZE];
	struct coverage_note note;

	if (outcome->summary.is_complete && outcome->summary.is_finished)
		return;
	for (uint32_t i = 0; summary_note(suite->input->judged->model, i, &note); i++) {
		if (!note.is_incomplete)
			continue;
		check_escape(note.text, message, sizeof message);
		if (outcome->is_incomplete)
			failure_add(test, "error", "incomplete", message, message);
		else
			mxmlElementSetAttr(mxmlNewElement(test, "skipped"), "message", message);
		break; /* the first stands for all: a test case ends in one way */
	}
	suite->errors += outcome->is_incomplete;
	suite->skipped += !outcome->is_incomplete;
}

static void counts_set(mxml_node_t *node, const struct suite *suite)
{
	mxmlElementSetAttrf(node, "tests", "%u", suite->tests);
	mxmlElementSetAttrf(node, "failures", "%u", suite->failures);
	mxmlElementSetAttrf(node, "errors", "%u", suite->errors);
	mxmlElementSetAttrf(node, "skipped", "%u", suite->skipped);
	mxmlElementSetAttr(node, "time", "0");
}

/* A line for each element; texts stay as they are. */
static const char *space_give(mxml_node_t *node, int where)
{
	bool has_children = mxmlGetFirstChild(node) != NULL;
	mxml_type_t inside = has_children ? mxmlGetType(mxmlGetFirstChild(node)) : MXML_ELEMENT;

	if (where == MXML_WS_AFTER_CLOSE)
		return "\n";
	return where == MXML_WS_AFTER_OPEN && inside == MXML_ELEMENT ? "\n" : NULL;
}

static enum status junit_render(const struct check_input *input, FILE *out, struct error *error)
{
	mxml_node_t *document = mxmlNewXML("1.0");
	mxml_node_t *suites = mxmlNewElement(document, "testsuites");
	struct suite suite = {.input = input, .node = mxmlNewElement(suites, "testsuite")};
	int result;

	mxmlElementSetAttr(suite.node, "name", "socklife");
	rules_add(&suite);
	breaches_add(&suite);
	coverage_add(&suite);
	counts_set(suite.node, &suite);
	counts_set(suites, &suite);
	mxmlSetWrapMargin(0);
	result = mxmlSaveFile(document, out, space_give);
	mxmlDelete(document);
	if (result != 0)
		return error_set(error, STATUS_WRITE, "", 0, "the check cannot be written");
	return render_finish(out, error);
}

const struct check_renderer check_renderer_junit = {.name = "junit", .render = junit_render};
