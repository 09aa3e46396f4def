#include "policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_value.h"

static const struct {
	const char *name;
	enum policy_kind kind;
	const char *help;
} keys[] = {
#define POLICY_KEY(NAME, name, kind, argument, help) {name, POLICY_KIND_##kind, help},
#include "policy_keys.def"
};

enum policy_key policy_key_find(const char *name)
{
	unsigned int key = 0;

	while (key < POLICY_KEY_COUNT && strcmp(keys[key].name, name) != 0)
		key++;
	return (enum policy_key)key;
}

const char *policy_key_name(enum policy_key key)
{
	return keys[key].name;
}

const char *policy_key_help(enum policy_key key)
{
	return keys[key].help;
}

enum policy_kind policy_key_kind(enum policy_key key)
{
	return keys[key].kind;
}

void policy_init(struct policy *policy)
{
	memset(policy, 0, sizeof *policy);
	finding_settings_init(&policy->settings);
	policy->fail_severity = FINDING_WARNING;
	policy->max_open = POLICY_UNLIMITED;
	policy->max_leaked = POLICY_UNLIMITED;
}

static void limits_release(struct policy_limits *limits)
{
	for (size_t i = 0; i < limits->count; i++)
		free(limits->rows[i].glob);
	free(limits->rows);
}

void policy_release(struct policy *policy)
{
	limits_release(&policy->max_connections);
	limits_release(&policy->max_connects_per);
	free(policy->suppressions_path);
	free(policy->baseline_path);
}

void policy_source_begin(struct policy *policy)
{
	policy->has_fail_on = false;
	policy->has_suppressions = policy->has_baseline = false;
}

static enum status refuse(struct error *error, const char *value, const char *reason)
{
	return error_set(error, STATUS_USAGE, "", 0, "'%s' %s", value, reason);
}

static enum status fail_on_set(struct policy *policy, const char *value, struct error *error)
{
	enum finding_severity severity = FINDING_OFF;
	enum rule rule = rule_find(value);
	bool is_none = strcmp(value, "none") == 0;

	if (rule == RULE_COUNT && !is_none &&
	    (!finding_severity_parse(value, &severity) || severity == FINDING_OFF))
		return refuse(error, value, "is neither a rule nor a severity nor \"none\"");
	if (!policy->has_fail_on) {
		memset(policy->fail_rules, 0, sizeof policy->fail_rules);
		policy->fail_severity = FINDING_OFF;
	}
	policy->has_fail_on = true;
	if (rule != RULE_COUNT)
		policy->fail_rules[rule] = true;
	else if (!is_none &&
		 (policy->fail_severity == FINDING_OFF || severity < policy->fail_severity))
		policy->fail_severity = severity;
	return STATUS_OK;
}

static enum status rule_set(struct policy *policy, const char *value, struct error *error)
{
	const char *equals = strchr(value, '=');
	enum finding_severity severity;
	enum rule rule;
	char name[64];

	if (equals == NULL || (size_t)(equals - value) >= sizeof name)
		return refuse(error, value, "is no RULE=SEVERITY");
	memcpy(name, value, (size_t)(equals - value));
	name[equals - value] = '\0';
	rule = rule_find(name);
	if (rule == RULE_COUNT)
		return refuse(error, name, "is no rule");
	if (!finding_severity_parse(equals + 1, &severity))
		return refuse(error, equals + 1, "is none of error, warning, note and off");
	policy->settings.severities[rule] = severity;
	return STATUS_OK;
}

/* The same glob again: the later word counts. */
static enum status limits_set(struct policy_limits *limits, char *glob, uint64_t most,
			      struct error *error)
{
	struct policy_limit *rows;

	for (size_t i = 0; i < limits->count; i++) {
		if (strcmp(limits->rows[i].glob, glob) == 0) {
			limits->rows[i].most = most;
			free(glob);
			return STATUS_OK;
		}
	}
	rows = realloc(limits->rows, (limits->count + 1) * sizeof *rows);
	if (rows == NULL) {
		free(glob);
		return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
	}
	limits->rows = rows;
	rows[limits->count++] = (struct policy_limit){.glob = glob, .most = most};
	return STATUS_OK;
}

/* NAME=N; a UNIX path may hold a '=' of its own, so the last one counts. */
static enum status limit_parse(struct policy_limits *limits, const char *value, struct error *error)
{
	const char *equals = strrchr(value, '=');
	uint64_t most;
	char *glob;

	if (equals == NULL || equals == value ||
	    !policy_count_parse(equals + 1, POLICY_UNLIMITED - 1, &most))
		return refuse(error, value, "is no NAME=N");
	glob = strndup(value, (size_t)(equals - value));
	if (glob == NULL)
		return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
	return limits_set(limits, glob, most, error);
}

/* A source names one: of two, one would be left out silently. */
static enum status path_set(char **path, bool *has_path, const char *value, struct error *error)
{
	char *copy;

	if (value[0] == '\0')
		return refuse(error, value, "is no file");
	if (*has_path)
		return refuse(error, value, "is one file too many");
	*has_path = true;
	copy = strdup(value);
	if (copy == NULL)
		return error_set(error, STATUS_NO_MEMORY, "", 0, "out of memory");
	free(*path);
	*path = copy;
	return STATUS_OK;
}

static enum status count_set(struct policy *policy, enum policy_key key, const char *value,
			     struct error *error)
{
	bool is_wide = key == POLICY_MAX_OPEN || key == POLICY_MAX_LEAKED;
	uint64_t count;

	if (!policy_count_parse(value, is_wide ? POLICY_UNLIMITED - 1 : UINT32_MAX, &count) ||
	    (!is_wide && count == 0))
		return refuse(error, value, "is no number that can be");
	if (key == POLICY_MAX_OPEN)
		policy->max_open = count;
	else if (key == POLICY_MAX_LEAKED)
		policy->max_leaked = count;
	else if (key == POLICY_GROWTH)
		policy->settings.growth_least = (uint32_t)count;
	else
		policy->settings.no_reuse_least = (uint32_t)count;
	return STATUS_OK;
}

static enum status duration_set(struct policy *policy, enum policy_key key, const char *value,
				struct error *error)
{
	int64_t duration_ns;

	if (!policy_duration_parse(value, &duration_ns))
		return refuse(error, value, "is no duration, as 500ms, 1.5s, 2m and 1h are");
	if (key == POLICY_GRACE)
		policy->settings.grace_ns = duration_ns;
	else if (key == POLICY_OUTLIVE)
		policy->settings.outlive_ns = duration_ns;
	else if (key == POLICY_SLOW_CONNECT)
		policy->settings.slow_connect_ns = duration_ns;
	else
		policy->settings.close_wait_ns = duration_ns;
	policy->has_max_close_wait |= key == POLICY_MAX_CLOSE_WAIT;
	return STATUS_OK;
}

static enum status word_set(struct policy *policy, enum policy_key key, const char *value,
			    struct error *error)
{
	if (key == POLICY_FAIL_ON)
		return fail_on_set(policy, value, error);
	if (key == POLICY_RULE)
		return rule_set(policy, value, error);
	return limit_parse(key == POLICY_MAX_CONNECTIONS ? &policy->max_connections
							 : &policy->max_connects_per,
			   value, error);
}

enum status policy_set(struct policy *policy, enum policy_key key, const char *value,
		       struct error *error)
{
	switch (policy_key_kind(key)) {
	case POLICY_KIND_COUNT:
		return count_set(policy, key, value, error);
	case POLICY_KIND_DURATION:
		return duration_set(policy, key, value, error);
	case POLICY_KIND_WORD:
		return word_set(policy, key, value, error);
	case POLICY_KIND_FILE:
		return key == POLICY_BASELINE ? path_set(&policy->baseline_path,
							 &policy->has_baseline, value, error)
					      : path_set(&policy->suppressions_path,
							 &policy->has_suppressions, value, error);
	default:
		policy->allow_incomplete = true;
		if (value == NULL || policy_flag_parse(value, &policy->allow_incomplete))
			return STATUS_OK;
		return refuse(error, value, "is neither yes nor no");
	}
}

bool policy_fails(const struct policy *policy, enum rule rule, enum finding_severity severity)
{
	if (rule == RULE_LEAKED && policy->max_leaked != POLICY_UNLIMITED)
		return false;
	if (rule == RULE_CLOSE_WAIT && policy->has_max_close_wait)
		return true;
	return policy->fail_rules[rule] ||
	       (policy->fail_severity != FINDING_OFF && severity >= policy->fail_severity);
}
