#include "rule_fix.h"

#include <fnmatch.h>
#include <stdio.h>

enum fix_kind {
	FIX_CLOSE,
	FIX_FORK,
	FIX_TWICE,
	FIX_STALE,
	FIX_REUSE,
	FIX_THREADS,
	FIX_EXEC,
	FIX_IDLE_OBJECT,
	FIX_IDLE,
	FIX_REACH
};

static const enum fix_kind kinds[RULE_COUNT] = {
#define RULE(NAME, name, severity, text, function, fix) [RULE_##NAME] = FIX_##fix,
#include "rules.def"
};

static const struct fix {
	enum fix_kind kind;
	const char *glob;
	const char *text;
} fixes[] = {
#define FIX(kind, glob, text) {FIX_##kind, glob, text},
#include "rule_fixes.def"
};

const char *rule_advice(enum rule rule, uint32_t index, const char **classes)
{
	for (size_t i = 0; i < sizeof fixes / sizeof fixes[0]; i++) {
		if (fixes[i].kind == kinds[rule] && index-- == 0) {
			*classes = fixes[i].glob;
			return fixes[i].text;
		}
	}
	return NULL;
}

const char *rule_fix_find(enum rule rule, const char *class_name, const char *runtime)
{
	char name[32];

	if (class_name == NULL) {
		snprintf(name, sizeof name, "(%s)", runtime);
		class_name = name;
	}
	for (size_t i = 0; i < sizeof fixes / sizeof fixes[0]; i++) {
		if (fixes[i].kind == kinds[rule] && fnmatch(fixes[i].glob, class_name, 0) == 0)
			return fixes[i].text;
	}
	return ""; /* never: the last of each kind fits everything */
}
