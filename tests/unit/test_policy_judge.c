#include <criterion/criterion.h>
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

TestSuite(policy_judge, .init = begin, .fini = end);

static enum policy_state state(size_t index)
{
	return test.outcome.rows[index].state;
}

Test(policy_judge, passes_what_has_no_findings)
{
	hand_judge(&test);
	cr_expect_not(test.outcome.fails);
	cr_expect_not(test.outcome.is_incomplete);
}

Test(policy_judge, fails_on_an_error_and_tolerates_a_note)
{
	hand_finding(&test, RULE_LEAKED, 1);
	hand_finding(&test, RULE_OPEN_AT_EXIT, 2)->severity = FINDING_NOTE;
	hand_judge(&test);
	cr_expect(test.outcome.fails);
	cr_expect_eq(state(0), POLICY_STATE_FAILS);
	cr_expect_eq(state(1), POLICY_STATE_TOLERATED);
	cr_expect_eq(test.outcome.counts[POLICY_STATE_FAILS], 1);
}

Test(policy_judge, passes_what_is_suppressed)
{
	hand_finding(&test, RULE_LEAKED, 1);
	hand_suppress(&test, "[suppression]\nwhy = known\nrule = leaked\n");
	hand_judge(&test);
	cr_expect_not(test.outcome.fails);
	cr_expect_eq(state(0), POLICY_STATE_SUPPRESSED);
	cr_expect_eq(test.outcome.failing.count, 0);
}

Test(policy_judge, passes_what_the_baseline_has)
{
	hand_finding(&test, RULE_LEAKED, 1)->count = 3;
	hand_baseline(&test, 1, 3);
	hand_judge(&test);
	cr_expect_not(test.outcome.fails);
	cr_expect_eq(state(0), POLICY_STATE_KNOWN);
	cr_expect_eq(test.outcome.gone_count, 0);
}

Test(policy_judge, fails_on_what_the_baseline_does_not_have)
{
	hand_finding(&test, RULE_LEAKED, 1);
	hand_finding(&test, RULE_LEAKED, 2);
	hand_baseline(&test, 1, 1);
	hand_judge(&test);
	cr_expect(test.outcome.fails);
	cr_expect_eq(state(0), POLICY_STATE_KNOWN);
	cr_expect_eq(state(1), POLICY_STATE_FAILS);
	cr_expect_eq(test.outcome.rows[1].known_count, 0);
}

Test(policy_judge, fails_on_what_has_grown_since_the_baseline)
{
	hand_finding(&test, RULE_LEAKED, 1)->count = 4;
	hand_baseline(&test, 1, 3);
	hand_judge(&test);
	cr_expect_eq(state(0), POLICY_STATE_FAILS);
	cr_expect_eq(test.outcome.rows[0].known_count, 3);
}

Test(policy_judge, adds_up_findings_of_one_fingerprint)
{
	hand_finding(&test, RULE_LEAKED, 1)->count = 2;
	hand_finding(&test, RULE_LEAKED, 1)->count = 2;
	hand_baseline(&test, 1, 3);
	hand_judge(&test);
	cr_expect_eq(state(0), POLICY_STATE_FAILS);
	cr_expect_eq(state(1), POLICY_STATE_FAILS);
	cr_expect_eq(baseline_find(&test.outcome.failing, 1)->count, 4);
}

Test(policy_judge, tells_what_is_gone_from_the_baseline)
{
	hand_baseline(&test, 5, 1);
	hand_judge(&test);
	cr_assert_eq(test.outcome.gone_count, 1);
	cr_expect_eq(test.outcome.gone[0]->fingerprint, 5);
	cr_expect_not(test.outcome.fails);
}

Test(policy_judge, lets_no_recording_with_gaps_pass)
{
	hand_note(&test.hand, "a socket was not seen", true);
	hand_judge(&test);
	cr_expect_not(test.outcome.fails);
	cr_expect(test.outcome.is_incomplete);
	hand_policy(&test, POLICY_ALLOW_INCOMPLETE, NULL);
	hand_judge(&test);
	cr_expect_not(test.outcome.is_incomplete);
}

Test(policy_judge, takes_a_note_for_no_gap)
{
	hand_note(&test.hand, "something else is worth telling", false);
	hand_judge(&test);
	cr_expect_not(test.outcome.is_incomplete);
}

/* ---- limits ---- */

static const struct policy_breach *only_breach(void)
{
	hand_judge(&test);
	cr_assert_eq(test.outcome.breaches.count, 1);
	cr_expect(test.outcome.fails);
	return test.outcome.breaches.rows;
}

static void expect_no_breach(void)
{
	hand_judge(&test);
	cr_expect_eq(test.outcome.breaches.count, 0, "%s",
		     test.outcome.breaches.count != 0 ? test.outcome.breaches.rows[0].message : "");
}

Test(policy_judge, limits_what_is_open_at_the_same_time)
{
	hand_socket(&test.hand);
	hand_socket(&test.hand);
	hand_policy(&test, POLICY_MAX_OPEN, "2");
	expect_no_breach();
	hand_policy(&test, POLICY_MAX_OPEN, "1");
	cr_expect_eq(only_breach()->actual, 2);
	cr_expect_eq(only_breach()->allowed, 1);
}

Test(policy_judge, limits_leaks_and_leaves_out_suppressed_ones)
{
	hand_finding(&test, RULE_LEAKED, 1)->socket_count = 3;
	hand_finding(&test, RULE_LEAKED, 2)->class_name = "redis.client.Redis";
	hand_policy(&test, POLICY_MAX_LEAKED, "3");
	cr_expect_eq(only_breach()->actual, 4);
	hand_suppress(&test, "[suppression]\nwhy = known\nclass = redis.*\n");
	expect_no_breach();
	cr_expect_not(test.outcome.fails, "the limit decides, not the findings");
}

Test(policy_judge, limits_connections_to_a_peer)
{
	hand_socket(&test.hand)->opened_stack = MODEL_NONE;
	hand_socket(&test.hand)->opened_stack = 0;
	hand_socket(&test.hand)->peer.port = 6379;
	hand_policy(&test, POLICY_MAX_CONNECTIONS, "*:5432=2");
	expect_no_breach();
	hand_policy(&test, POLICY_MAX_CONNECTIONS, "*:5432=1");
	cr_expect_eq(only_breach()->actual, 2);
	cr_expect_str_eq(only_breach()->at->function, "count", "where the second one was opened");
}

Test(policy_judge, counts_a_shared_or_accepted_connection_for_nobody_else)
{
	hand_record(hand_socket(&test.hand))->cookie = 9;
	hand_record(hand_socket(&test.hand))->cookie = 9;
	hand_socket(&test.hand)->origin = TRACE_ORIGIN_ACCEPT;
	hand_policy(&test, POLICY_MAX_CONNECTIONS, "*=1");
	expect_no_breach();
}

Test(policy_judge, limits_connections_of_one_object)
{
	struct model_object *object = hand_object(&test.hand, "requests.sessions.Session");

	hand_socket(&test.hand);
	hand_socket(&test.hand);
	test.hand.indices[0] = 0;
	test.hand.indices[1] = 1;
	object->opened_count = 2;
	object->created_stack = 0;
	hand_policy(&test, POLICY_MAX_CONNECTS_PER, "requests.*=2");
	expect_no_breach();
	hand_policy(&test, POLICY_MAX_CONNECTS_PER, "requests.*=1");
	cr_expect_str_eq(only_breach()->message, "requests.sessions.Session #1 made 2 connections, "
						 "at most 1 may be");
	cr_expect_eq(only_breach()->at->line, 17);
}
