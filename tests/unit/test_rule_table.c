/* What each rule has besides its judgement. */
#include <criterion/criterion.h>
#include <string.h>

#include "finding.h"

Test(rule_table, each_has_a_name_that_finds_it_a_story_and_advice)
{
	for (int i = 0; i < RULE_COUNT; i++) {
		enum rule rule = (enum rule)i;
		const char *classes = "";

		cr_expect_eq(rule_find(rule_name(rule)), rule);
		cr_expect_gt(strlen(rule_story(rule)->meaning), 20);
		cr_expect_gt(strlen(rule_story(rule)->harmless), 20);
		cr_expect_not_null(rule_advice(rule, 0, &classes));
		cr_expect_neq(classes[0], '\0');
	}
	cr_expect_eq(rule_find("no-such-rule"), RULE_COUNT);
}
