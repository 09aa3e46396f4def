/*
 * What a check demands of a recording: the rules' settings, which findings fail it, limits, and
 * where suppressions and baseline are. Filled key by key, from a configuration file first and then
 * from the command line, whose word is the last. Owns its strings. One thread.
 */
#ifndef SOCKLIFE_POLICY_H
#define SOCKLIFE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "finding.h"

#define POLICY_UNLIMITED UINT64_MAX

enum policy_key {
#define POLICY_KEY(NAME, ...) POLICY_##NAME,
#include "policy_keys.def"
	POLICY_KEY_COUNT
};

enum policy_kind {
	POLICY_KIND_FLAG,
	POLICY_KIND_COUNT,
	POLICY_KIND_DURATION,
	POLICY_KIND_WORD,
	POLICY_KIND_FILE
};

/* A limit of its own for what a glob names. */
struct policy_limit {
	char *glob;
	uint64_t most;
};

struct policy_limits {
	struct policy_limit *rows;
	size_t count;
};

struct policy {
	struct finding_settings settings;
	enum finding_severity fail_severity; /* the mildest that fails; FINDING_OFF: none does */
	bool fail_rules[RULE_COUNT];         /* fail whatever their severity is */
	bool has_fail_on;                    /* in the present source */
	bool has_suppressions, has_baseline; /* the same */
	bool has_max_close_wait;             /* what the rule close-wait finds, fails */

	uint64_t max_open, max_leaked;
	struct policy_limits max_connections, max_connects_per;

	char *suppressions_path, *baseline_path; /* NULL none */
	bool allow_incomplete;
};

void policy_init(struct policy *policy);
void policy_release(struct policy *policy);

/* What follows is another source's word: its first fail-on takes the place of the earlier ones. */
void policy_source_begin(struct policy *policy);
/* Of a key without an argument `value` may be NULL. STATUS_USAGE says in *error what is wrong with
 * the value; STATUS_NO_MEMORY. */
enum status policy_set(struct policy *policy, enum policy_key key, const char *value,
		       struct error *error);

/* POLICY_KEY_COUNT when there is none of that name. */
enum policy_key policy_key_find(const char *name);
const char *policy_key_name(enum policy_key key);
const char *policy_key_help(enum policy_key key);
enum policy_kind policy_key_kind(enum policy_key key);

/* Whether a finding of this rule and severity fails a check by itself. Of `leaked` ones none does
 * when there is a limit: that decides. */
bool policy_fails(const struct policy *policy, enum rule rule, enum finding_severity severity);

#endif
