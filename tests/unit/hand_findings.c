#include "hand_findings.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render_check.h"

void hand_case_init(struct hand_case *test)
{
	struct error error;

	memset(test, 0, sizeof *test);
	hand_init(&test->hand);
	hand_stack(&test->hand, "/srv/leak.py", "count", 17);
	cr_assert_eq(symbols_new(&test->symbols, &test->hand.model, &error), STATUS_OK);
	policy_init(&test->policy);
	test->findings.rows = test->rows;
	test->judged = (struct policy_case){
		.policy = &test->policy,
		.model = &test->hand.model,
		.symbols = test->symbols,
		.findings = &test->findings,
	};
}

void hand_case_release(struct hand_case *test)
{
	policy_outcome_release(&test->outcome);
	suppressions_release(&test->suppressions);
	baseline_release(&test->baseline);
	policy_release(&test->policy);
	symbols_free(test->symbols);
}

struct finding *hand_finding(struct hand_case *test, enum rule rule, uint64_t fingerprint)
{
	struct finding *row = &test->rows[test->findings.count++];

	cr_assert_leq(test->findings.count, HAND_ROWS_MAX);
	*row = (struct finding){
		.rule = rule,
		.severity = FINDING_ERROR,
		.message = "psycopg2.connection left a connection open",
		.fix = "connection.close()",
		.process = 0,
		.socket = MODEL_NONE,
		.object = MODEL_NONE,
		.class_name = "psycopg2.connection",
		.peer = "127.0.0.1:5432",
		.peer_name = "db.example",
		.at = symbols_own_frame(test->symbols, 0),
		.stack = 0,
		.count = 1,
		.first_ns = TIME_NONE,
		.last_ns = TIME_NONE,
		.fingerprint = fingerprint,
		.socket_count = 1,
	};
	cr_assert_not_null(row->at);
	return row;
}

void hand_policy(struct hand_case *test, enum policy_key key, const char *value)
{
	struct error error = {0};

	cr_assert_eq(policy_set(&test->policy, key, value, &error), STATUS_OK, "%s", error.reason);
}

void hand_suppress(struct hand_case *test, const char *text)
{
	struct error error = {0};

	cr_assert_eq(suppressions_parse(&test->suppressions, "socklife.supp", text, strlen(text),
					&error),
		     STATUS_OK, "%s: %s", error.path, error.reason);
	test->judged.suppressions = &test->suppressions;
}

void hand_baseline(struct hand_case *test, uint64_t fingerprint, uint64_t count)
{
	struct error error;

	if (test->baseline.path == NULL)
		cr_assert_eq(baseline_init(&test->baseline, "baseline.json", &error), STATUS_OK);
	cr_assert_eq(
		baseline_add(&test->baseline, fingerprint, count, "leaked", "an old leak", &error),
		STATUS_OK);
	test->judged.baseline = &test->baseline;
}

void hand_judge(struct hand_case *test)
{
	struct error error = {0};

	policy_outcome_release(&test->outcome);
	cr_assert_eq(policy_outcome_init(&test->outcome, &test->judged, &error), STATUS_OK, "%s",
		     error.reason);
}

char *hand_case_render(struct hand_case *test, const char *format)
{
	const struct check_input input = {
		.renderer = strcmp(format, "suppressions") == 0 ? &check_renderer_suppressions
								: check_renderer_find(format),
		.judged = &test->judged,
		.outcome = &test->outcome,
		.base = "/srv",
	};
	struct error error = {0};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	cr_assert_not_null(input.renderer, "there is no format %s", format);
	hand_judge(test);
	cr_assert_eq(input.renderer->render(&input, out, &error), STATUS_OK, "%s", error.reason);
	cr_assert_eq(fclose(out), 0);
	return text;
}

json_t *hand_case_json(struct hand_case *test, const char *format)
{
	char *text = hand_case_render(test, format);
	json_error_t error;
	json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	cr_assert_not_null(document, "line %d: %s in %s", error.line, error.text, text);
	free(text);
	return document;
}
