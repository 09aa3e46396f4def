#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "hand_findings.h"

static struct hand_case test;

static void begin(void)
{
	hand_case_init(&test);
	hand_finding(&test, RULE_LEAKED, 1);
}

static void end(void)
{
	hand_case_release(&test);
}

TestSuite(suppressions, .init = begin, .fini = end);

static bool suppresses(const char *asked)
{
	char text[512];
	bool fits;

	snprintf(text, sizeof text, "[suppression]\nwhy = known\n%s\n", asked);
	suppressions_release(&test.suppressions);
	hand_suppress(&test, text);
	fits = suppressions_match(&test.suppressions, test.rows, test.symbols) == 0;
	cr_expect_eq(test.suppressions.rows[0].match_count, fits ? 1 : 0);
	return fits;
}

static void fails(const char *text, const char *place, const char *reason)
{
	struct suppressions suppressions;
	struct error error = {0};

	cr_expect_eq(suppressions_parse(&suppressions, "s", text, strlen(text), &error),
		     STATUS_CORRUPT);
	cr_expect_str_eq(error.path, place);
	cr_expect_not_null(strstr(error.reason, reason), "%s", error.reason);
}

Test(suppressions, ask_for_rule_class_peer_and_place)
{
	cr_expect(suppresses("rule = leaked"));
	cr_expect(suppresses("rule = leak*"));
	cr_expect_not(suppresses("rule = growth"));
	cr_expect(suppresses("class = psycopg2.*"));
	cr_expect_not(suppresses("class = redis.*"));
	cr_expect(suppresses("peer = *:5432"));
	cr_expect(suppresses("peer = db.example"));
	cr_expect_not(suppresses("peer = *:6379"));
	cr_expect(suppresses("function = count"));
	cr_expect_not(suppresses("function = main"));
	cr_expect(suppresses("file = */leak.py"));
	cr_expect_not(suppresses("module = *"));
}

Test(suppressions, must_fit_in_all_that_they_ask_for)
{
	cr_expect(suppresses("rule = leaked\nclass = psycopg2.*\nfile = *.py"));
	cr_expect_not(suppresses("rule = leaked\nclass = redis.*\nfile = *.py"));
}

Test(suppressions, of_a_place_never_fit_a_finding_without_one)
{
	test.rows[0].at = NULL;
	test.rows[0].stack = MODEL_NONE;
	cr_expect_not(suppresses("file = *"));
	cr_expect(suppresses("rule = leaked"));
}

Test(suppressions, name_the_first_that_fits_and_count_all)
{
	hand_suppress(&test, "[suppression]\nwhy = a\nrule = growth\n[suppression]\nwhy = b\n"
			     "rule = leaked\n[suppression]\nwhy = c\nclass = psycopg2.*\n");
	cr_expect_eq(suppressions_match(&test.suppressions, test.rows, test.symbols), 1);
	cr_expect_eq(test.suppressions.rows[0].match_count, 0);
	cr_expect_eq(test.suppressions.rows[1].match_count, 1);
	cr_expect_eq(test.suppressions.rows[2].match_count, 1);
	cr_expect_eq(test.suppressions.rows[1].line, 4);
}

Test(suppressions, may_give_a_reason_of_several_lines)
{
	hand_suppress(&test, "[suppression]\nwhy = the pool lives\n      as long as we do\n"
			     "rule = *\n");
	cr_expect_str_eq(test.suppressions.rows[0].why, "the pool lives as long as we do");
}

Test(suppressions, must_say_why)
{
	fails("[suppression]\nrule = leaked\n", "s:1", "why");
	fails("[suppression]\nwhy =\nrule = leaked\n", "s:2", "why is empty");
	fails("[suppression]\nrule = leaked\n[suppression]\nwhy = x\nrule = *\n", "s:1", "why");
}

Test(suppressions, must_ask_for_something)
{
	fails("[suppression]\nwhy = all is well\n", "s:1", "asks for nothing");
	fails("[suppression]\n[suppression]\n", "s:1", "why");
}

Test(suppressions, tell_where_they_are_wrong)
{
	fails("[suppression]\nwhy = x\nrule = leek\n", "s:3", "no rule 'leek'");
	fails("[suppression]\nwhy = x\nklass = y\n", "s:3", "no key 'klass'");
	fails("[suppression]\nwhy = x\nfile = y\nfile = z\n", "s:4", "there already");
	fails("[other]\nwhy = x\n", "s:2", "no section [other]");
	fails("rule = leaked\n", "s:1", "no section []");
}

static const char *block(void)
{
	static char text[2048];
	FILE *out = fmemopen(text, sizeof text, "w");

	cr_assert_not_null(out);
	suppression_write(&test.rows[0], out);
	fclose(out);
	return text;
}

/* As somebody would do it: the reason behind `why =`. */
static void expect_block_fits(void)
{
	const char *text = block(), *why = strstr(text, "why =");
	char whole[2100];

	cr_assert_not_null(why);
	snprintf(whole, sizeof whole, "%.*swhy = known%s", (int)(why - text), text, why + 5);
	hand_suppress(&test, whole);
	cr_expect_eq(suppressions_match(&test.suppressions, test.rows, test.symbols), 0, "%s",
		     whole);
}

Test(suppressions, are_generated_for_a_finding)
{
	cr_expect_str_eq(block(),
			 "# psycopg2.connection left a connection open\n[suppression]\nwhy =\n"
			 "rule = leaked\nclass = psycopg2.connection\nfunction = count\n"
			 "file = */leak.py\n");
}

Test(suppressions, that_are_generated_fit)
{
	expect_block_fits();
}

Test(suppressions, that_are_generated_fit_strange_names)
{
	struct frame frame = {.function = "operator[] ; *\n\t\\", .file = "/srv/a;b [1]/c;*.py"};

	test.rows[0].at = &frame;
	test.rows[0].class_name = "a.<locals>.C[int]";
	test.rows[0].message = "two\nlines\x1b[31m";
	expect_block_fits();
}

Test(suppressions, that_are_generated_fit_long_names)
{
	char name[600];
	struct frame frame = {.function = name, .module = "/usr/lib/libfoo.so.1"};

	memset(name, 'x', sizeof name);
	memcpy(name + 118, "\xc3\xa4\xc3\xa4", 4);
	name[sizeof name - 1] = '\0';
	test.rows[0].at = &frame;
	expect_block_fits();
}
