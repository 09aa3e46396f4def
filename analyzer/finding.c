#include "finding.h"

#include <string.h>

struct rule_entry {
	const char *name;
	enum finding_severity severity;
	const char *summary;
};

static const struct rule_entry entries[RULE_COUNT] = {
#define RULE(NAME, name, severity, text, function, fix)                                            \
	[RULE_##NAME] = {name, FINDING_##severity, text},
#include "rules.def"
};

static const char *const severity_words[] = {
	[FINDING_OFF] = "off",
	[FINDING_NOTE] = "note",
	[FINDING_WARNING] = "warning",
	[FINDING_ERROR] = "error",
};

#define SEVERITY_COUNT (sizeof severity_words / sizeof severity_words[0])

const char *finding_severity_word(enum finding_severity severity)
{
	return severity_words[severity];
}

bool finding_severity_parse(const char *word, enum finding_severity *severity)
{
	for (size_t i = 0; i < SEVERITY_COUNT; i++) {
		if (strcmp(severity_words[i], word) != 0)
			continue;
		*severity = (enum finding_severity)i;
		return true;
	}
	return false;
}

static const struct rule_story_parts stories[RULE_COUNT] = {
#define RULE_STORY(NAME, meaning, matter, harmless) [RULE_##NAME] = {meaning, matter, harmless},
#include "rule_stories.def"
};

const struct rule_story_parts *rule_story(enum rule rule)
{
	return &stories[rule];
}

const char *rule_summary(enum rule rule)
{
	return entries[rule].summary;
}

const char *rule_name(enum rule rule)
{
	return entries[rule].name;
}

enum rule rule_find(const char *name)
{
	for (int i = 0; i < RULE_COUNT; i++) {
		if (strcmp(entries[i].name, name) == 0)
			return (enum rule)i;
	}
	return RULE_COUNT;
}

enum finding_severity rule_default_severity(enum rule rule)
{
	return entries[rule].severity;
}

void finding_settings_init(struct finding_settings *settings)
{
	*settings = (struct finding_settings){
		.grace_ns = INT64_C(500000000),
		.close_wait_ns = INT64_C(1000000000),
		.outlive_ns = INT64_C(100000000),
		.slow_connect_ns = INT64_C(1000000000),
		.growth_least = 10,
		.no_reuse_least = 3,
	};
	for (int i = 0; i < RULE_COUNT; i++)
		settings->severities[i] = entries[i].severity;
}
