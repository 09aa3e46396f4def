#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "hand_findings.h"
#include "render_diff.h"

static struct hand_case sides[DIFF_SIDES];
static struct diff_input inputs[DIFF_SIDES];
static struct diff diff;

static void begin(void)
{
	for (size_t i = 0; i < DIFF_SIDES; i++) {
		hand_case_init(&sides[i]);
		inputs[i] = (struct diff_input){&sides[i].hand.model, sides[i].symbols,
						&sides[i].findings};
	}
}

static void end(void)
{
	diff_release(&diff);
	for (size_t i = 0; i < DIFF_SIDES; i++)
		hand_case_release(&sides[i]);
}

TestSuite(diff, .init = begin, .fini = end);

static void compare(void)
{
	struct error error;

	cr_assert_eq(diff_init(&diff, inputs, &error), STATUS_OK);
}

static const struct diff_row *only_row(enum diff_list list)
{
	compare();
	cr_assert_eq(diff.lists[list].count, 1);
	return diff.lists[list].rows;
}

static struct model_socket *opened(enum diff_side side)
{
	struct model_socket *socket = hand_socket(&sides[side].hand);

	socket->opened_stack = 0;
	return socket;
}

Test(diff, groups_sockets_by_call_site)
{
	const struct diff_row *row;

	opened(DIFF_OLD);
	opened(DIFF_NEW);
	opened(DIFF_NEW)->end = TRACE_END_EXIT;
	row = only_row(DIFF_SITES);
	cr_expect_str_eq(row->name, "a socket in count, leak.py");
	cr_expect_eq(row->change, DIFF_GROWN);
	cr_expect_eq(row->counts[0][DIFF_OLD], 1);
	cr_expect_eq(row->counts[0][DIFF_NEW], 2);
	cr_expect_eq(row->counts[1][DIFF_NEW], 2);
	cr_expect_eq(row->counts[2][DIFF_NEW], 1);
}

Test(diff, counts_how_many_were_open_at_once)
{
	struct model_socket *second;

	opened(DIFF_NEW);
	second = opened(DIFF_NEW);
	second->created_ns += 5 * HAND_S;
	second->closed_ns += 5 * HAND_S;
	cr_expect_eq(only_row(DIFF_SITES)->counts[1][DIFF_NEW], 1);
}

Test(diff, leaves_out_what_another_process_opened)
{
	opened(DIFF_NEW)->origin = TRACE_ORIGIN_INHERITED;
	compare();
	cr_expect_eq(diff.lists[DIFF_SITES].count, 0);
}

Test(diff, groups_objects_by_class)
{
	const struct diff_row *row;

	hand_object(&sides[DIFF_OLD].hand, "a.B");
	row = only_row(DIFF_CLASSES);
	cr_expect_str_eq(row->name, "a.B");
	cr_expect_eq(row->change, DIFF_GONE);
}

Test(diff, puts_new_before_grown_before_gone_before_the_same)
{
	static const char *const names[] = {"growth", "leaked", "no-reuse", "double-close"};
	static const enum diff_change changes[] = {DIFF_IS_NEW, DIFF_GROWN, DIFF_GONE, DIFF_SAME};

	hand_finding(&sides[DIFF_NEW], RULE_GROWTH, 1);
	hand_finding(&sides[DIFF_OLD], RULE_LEAKED, 2);
	hand_finding(&sides[DIFF_NEW], RULE_LEAKED, 2)->count = 2;
	hand_finding(&sides[DIFF_OLD], RULE_NO_REUSE, 3);
	hand_finding(&sides[DIFF_OLD], RULE_DOUBLE_CLOSE, 4);
	hand_finding(&sides[DIFF_NEW], RULE_DOUBLE_CLOSE, 4);
	compare();
	cr_assert_eq(diff.lists[DIFF_FINDINGS].count, 4);
	for (size_t i = 0; i < 4; i++) {
		const struct diff_row *row = &diff.lists[DIFF_FINDINGS].rows[i];

		cr_expect_eq(strncmp(row->name, names[i], strlen(names[i])), 0, "%s", row->name);
		cr_expect_eq(row->change, changes[i], "%s", row->name);
	}
}

static char *rendered(enum status (*render)(const struct diff_page *page, FILE *out,
					    struct error *error))
{
	const struct diff_page page = {&diff, inputs, {"old.out", "new.out"}};
	struct error error;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	compare();
	cr_assert_eq(render(&page, out, &error), STATUS_OK);
	cr_assert_eq(fclose(out), 0);
	return text;
}

Test(diff, is_told_in_text)
{
	char *text;

	hand_finding(&sides[DIFF_NEW], RULE_LEAKED, 2);
	opened(DIFF_OLD);
	opened(DIFF_NEW);
	opened(DIFF_NEW);
	hand_note(&sides[DIFF_OLD].hand, "a gap", true);
	text = rendered(render_diff_text);
	cr_expect_not_null(strstr(text, "socklife  old.out -> new.out\n"), "%s", text);
	cr_expect_not_null(strstr(text, "  new     leaked: psycopg2.connection in count, leak.py\n"
					"          0 -> 1 time\n"
					"          psycopg2.connection left a connection open\n"),
			   "%s", text);
	cr_expect_not_null(strstr(text, "  grown   a socket in count, leak.py\n"
					"          1 -> 2 connections, 1 -> 2 open at once\n"),
			   "%s", text);
	cr_expect_not_null(strstr(text, "connections                 1            2  +1\n"), "%s",
			   text);
	cr_expect_not_null(strstr(text, "The old recording has gaps"), "%s", text);
	free(text);
}

Test(diff, is_told_in_json)
{
	json_error_t reason;
	json_t *document, *row;
	char *text;

	hand_finding(&sides[DIFF_OLD], RULE_LEAKED, 2);
	text = rendered(render_diff_json);
	document = json_loads(text, JSON_REJECT_DUPLICATES, &reason);
	cr_assert_not_null(document, "%s in %s", reason.text, text);
	row = hand_row(document, "findings", 0);
	cr_expect_str_eq(json_string_value(json_object_get(row, "change")), "gone");
	cr_expect_str_eq(json_string_value(json_object_get(row, "rule")), "leaked");
	cr_expect_eq(json_integer_value(json_object_get(json_object_get(row, "count"), "old")), 1);
	cr_expect(json_is_true(json_object_get(json_object_get(document, "complete"), "new")));
	json_decref(document);
	free(text);
}
