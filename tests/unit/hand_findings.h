/*
 * Findings made by hand on a hand-made model, and what a policy makes of them. Failures abort the
 * test. One thread.
 */
#ifndef SOCKLIFE_TESTS_HAND_FINDINGS_H
#define SOCKLIFE_TESTS_HAND_FINDINGS_H

#include "finding.h"
#include "hand_model.h"
#include "policy.h"
#include "policy_judge.h"
#include "policy_suppressions.h"
#include "symbols.h"

struct hand_case {
	struct hand_model hand;
	struct symbols *symbols;
	struct finding rows[HAND_ROWS_MAX];
	struct findings findings;
	struct policy policy;
	struct suppressions suppressions;
	struct baseline baseline;
	struct policy_case judged;
	struct policy_outcome outcome;
};

/* No finding, default policy, no suppressions, no baseline. */
void hand_case_init(struct hand_case *test);
void hand_case_release(struct hand_case *test);

/* One socket of psycopg2.connection in count(), /srv/leak.py:17, with a fix; an error. The stack is
 * known to the symbols. */
struct finding *hand_finding(struct hand_case *test, enum rule rule, uint64_t fingerprint);

/* From text in the files' own syntax; with an outcome already, it is judged anew by hand_judge().
 */
void hand_policy(struct hand_case *test, enum policy_key key, const char *value);
void hand_suppress(struct hand_case *test, const char *text);
void hand_baseline(struct hand_case *test, uint64_t fingerprint, uint64_t count);
void hand_judge(struct hand_case *test);

/* What the format of that name says, with paths told from /srv; the caller frees it. */
char *hand_case_render(struct hand_case *test, const char *format);
json_t *hand_case_json(struct hand_case *test, const char *format);

#endif
