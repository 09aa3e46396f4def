#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hand_findings.h"

static struct hand_case test;

static void begin(void)
{
	hand_case_init(&test);
}

static void end(void)
{
	hand_case_release(&test);
}

TestSuite(render_check, .init = begin, .fini = end);

static void expect_text(const char *format, const char *expected)
{
	char *text = hand_case_render(&test, format);

	cr_expect_str_eq(text, expected);
	free(text);
}

Test(render_check, text_names_place_rule_and_fix)
{
	hand_finding(&test, RULE_LEAKED, 1);
	expect_text("text", "leak.py:17: error: psycopg2.connection left a connection open "
			    "[leaked]\n    fix: connection.close()\n"
			    "socklife: failed: 1 finding (1 error)\n");
}

Test(render_check, text_tells_new_from_grown)
{
	char *text;

	hand_finding(&test, RULE_LEAKED, 1);
	hand_finding(&test, RULE_GROWTH, 2)->count = 5;
	hand_baseline(&test, 2, 4);
	text = hand_case_render(&test, "text");
	cr_expect_not_null(strstr(text, "[leaked] (new)\n"), "%s", text);
	cr_expect_not_null(strstr(text, "[growth] (has grown: the baseline has 4)\n"), "%s", text);
	free(text);
}

Test(render_check, text_tells_what_could_go)
{
	hand_suppress(&test, "[suppression]\nwhy = an old bug\nrule = growth\n");
	hand_baseline(&test, 2, 4);
	expect_text("text", "socklife.supp:1: suppresses nothing: an old bug\n"
			    "baseline.json: is gone: an old leak [leaked]; --update-baseline drops "
			    "it\nsocklife: passed\n");
}

Test(render_check, text_names_gaps_and_broken_limits)
{
	hand_socket(&test.hand);
	hand_note(&test.hand, "a socket was not seen", true);
	hand_policy(&test, POLICY_MAX_OPEN, "0");
	expect_text("text", "error: 1 socket open at the same time, at most 0 may be [max-open]\n"
			    "incomplete: a socket was not seen\n"
			    "socklife: failed: 1 limit broken; the recording has gaps; 1 socket, "
			    "1 connection\n");
}

Test(render_check, text_lets_no_byte_of_a_message_move_the_cursor)
{
	char *text;

	hand_finding(&test, RULE_LEAKED, 1)->message = "red \x1b[31m\nnext";
	text = hand_case_render(&test, "text");
	cr_expect_null(strchr(text, '\x1b'));
	free(text);
}

Test(render_check, suppressions_are_generated_once_for_findings_of_one_place)
{
	char *text;

	hand_finding(&test, RULE_LEAKED, 1);
	hand_finding(&test, RULE_LEAKED, 1);
	hand_finding(&test, RULE_NEVER_USED, 2)->severity = FINDING_NOTE;
	text = hand_case_render(&test, "suppressions");
	cr_expect_eq(strstr(text, "[suppression]"), strrchr(text, '['), "%s", text);
	free(text);
}

Test(render_check, summary_is_one_line)
{
	hand_finding(&test, RULE_LEAKED, 1);
	hand_finding(&test, RULE_NO_REUSE, 2)->severity = FINDING_WARNING;
	hand_finding(&test, RULE_NEVER_USED, 3)->severity = FINDING_NOTE;
	hand_baseline(&test, 1, 1);
	expect_text("summary", "socklife: failed: 1 finding (1 warning); 1 in the baseline, "
			       "1 tolerated\n");
}

Test(render_check, github_escapes_what_would_end_a_command)
{
	struct frame frame = {.file = "a,b:c%.py", .line = 3};
	struct finding *finding = hand_finding(&test, RULE_NO_REUSE, 1);

	finding->severity = FINDING_WARNING;
	finding->at = &frame;
	finding->message = "100% of a, b: c";
	expect_text("github", "::warning file=a%2Cb%3Ac%25.py,line=3,title=socklife%3A no-reuse::"
			      "100%25 of a, b: c%0AFix: connection.close()\n"
			      "socklife: failed: 1 finding (1 warning)\n");
}

Test(render_check, github_names_no_file_outside_of_the_repository)
{
	struct frame frame = {.file = "/usr/lib/x.py", .line = 3};
	struct finding *finding = hand_finding(&test, RULE_LEAKED, 1);

	finding->at = &frame;
	finding->fix = NULL;
	finding->message = "m";
	expect_text("github", "::error title=socklife%3A leaked::m\n"
			      "socklife: failed: 1 finding (1 error)\n");
}

Test(render_check, json_says_what_became_of_each_finding)
{
	json_t *document, *row;

	hand_finding(&test, RULE_LEAKED, 0xabc)->count = 2;
	hand_finding(&test, RULE_GROWTH, 2);
	hand_suppress(&test, "[suppression]\nwhy = wanted\nrule = growth\n");
	hand_baseline(&test, 0xabc, 2);
	document = hand_case_json(&test, "json");
	cr_expect_str_eq(json_string_value(json_object_get(document, "result")), "passed");
	row = hand_row(document, "findings", 0);
	cr_expect_str_eq(json_string_value(json_object_get(row, "state")), "known");
	cr_expect_str_eq(json_string_value(json_object_get(row, "fingerprint")),
			 "0000000000000abc");
	cr_expect_str_eq(json_string_value(json_object_get(json_object_get(row, "at"), "file")),
			 "leak.py");
	cr_expect_eq(json_integer_value(json_object_get(row, "baseline_count")), 2);
	row = hand_row(document, "findings", 1);
	cr_expect_str_eq(json_string_value(json_object_get(row, "state")), "suppressed");
	cr_expect_str_eq(json_string_value(json_object_get(row, "why")), "wanted");
	json_decref(document);
}

Test(render_check, json_takes_names_of_any_bytes)
{
	struct finding *finding = hand_finding(&test, RULE_LEAKED, 1);
	struct frame frame = {.file = "/srv/\xff.py", .function = "\xc3", .line = 1};
	json_t *document;

	finding->at = &frame;
	finding->class_name = "\xff";
	finding->message = "\xff";
	document = hand_case_json(&test, "json");
	json_decref(document);
	document = hand_case_json(&test, "sarif");
	json_decref(document);
}

static json_t *sarif_run(json_t *document)
{
	return json_array_get(json_object_get(document, "runs"), 0);
}

Test(render_check, sarif_locates_a_result_and_its_rule)
{
	json_t *document, *run, *result, *physical, *rules;
	const char *id;

	hand_finding(&test, RULE_NO_REUSE, 0x1f);
	document = hand_case_json(&test, "sarif");
	run = sarif_run(document);
	result = hand_row(run, "results", 0);
	id = json_string_value(json_object_get(result, "ruleId"));
	cr_expect_str_eq(id, "no-reuse");
	rules = json_object_get(json_object_get(json_object_get(run, "tool"), "driver"), "rules");
	cr_expect_str_eq(json_string_value(json_object_get(
				 json_array_get(rules, (size_t)json_integer_value(json_object_get(
							       result, "ruleIndex"))),
				 "id")),
			 id);
	physical = json_object_get(hand_row(result, "locations", 0), "physicalLocation");
	cr_expect_str_eq(json_string_value(json_object_get(
				 json_object_get(physical, "artifactLocation"), "uri")),
			 "leak.py");
	cr_expect_eq(json_integer_value(
			     json_object_get(json_object_get(physical, "region"), "startLine")),
		     17);
	json_decref(document);
}

Test(render_check, sarif_escapes_paths)
{
	struct frame frame = {.file = "/tmp/a b#\xc3\xa4?.py", .line = 1};
	json_t *document, *location;

	hand_finding(&test, RULE_LEAKED, 1)->at = &frame;
	document = hand_case_json(&test, "sarif");
	location = hand_row(hand_row(sarif_run(document), "results", 0), "locations", 0);
	cr_expect_str_eq(json_string_value(json_object_get(
				 json_object_get(json_object_get(location, "physicalLocation"),
						 "artifactLocation"),
				 "uri")),
			 "file:///tmp/a%20b%23%C3%A4%3F.py");
	json_decref(document);
}

Test(render_check, junit_has_a_case_for_each_rule_and_each_finding)
{
	char *text;

	hand_finding(&test, RULE_LEAKED, 1)->message = "a < b & \"c\"";
	hand_finding(&test, RULE_LEAKED, 2);
	hand_policy(&test, POLICY_RULE, "never-used=off");
	text = hand_case_render(&test, "junit");
	cr_expect_not_null(strstr(text, "tests=\"17\" failures=\"2\" errors=\"0\" skipped=\"0\""),
			   "%s", text);
	cr_expect_not_null(strstr(text, "message=\"a &lt; b &amp; &quot;c&quot;\""), "%s", text);
	cr_expect_not_null(strstr(text, "classname=\"socklife.growth\" name=\"no finding\""), "%s",
			   text);
	cr_expect_null(strstr(text, "never-used"));
	free(text);
}

Test(render_check, junit_takes_gaps_for_an_error)
{
	char *text;

	hand_note(&test.hand, "a socket was not seen", true);
	text = hand_case_render(&test, "junit");
	cr_expect_not_null(strstr(text, "<error message=\"a socket was not seen\""), "%s", text);
	free(text);
}
