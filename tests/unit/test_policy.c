#include <criterion/criterion.h>
#include <string.h>

#include "policy.h"
#include "policy_config.h"
#include "policy_value.h"
#include "scratch.h"

#define MS INT64_C(1000000)

static struct policy policy;

static void begin(void)
{
	policy_init(&policy);
}

static void end(void)
{
	policy_release(&policy);
}

TestSuite(policy, .init = begin, .fini = end);

static void set(enum policy_key key, const char *value)
{
	struct error error = {0};

	cr_assert_eq(policy_set(&policy, key, value, &error), STATUS_OK, "%s", error.reason);
}

static void refuses(enum policy_key key, const char *value)
{
	struct error error = {0};

	cr_expect_eq(policy_set(&policy, key, value, &error), STATUS_USAGE, "%s took '%s'",
		     policy_key_name(key), value);
	cr_expect_neq(error.reason[0], '\0');
}

static void configure(const char *text)
{
	struct error error = {0};

	cr_assert_eq(policy_config_parse(&policy, "ci/socklife.ini", text, strlen(text), &error),
		     STATUS_OK, "%s: %s", error.path, error.reason);
}

static void config_fails(const char *text, size_t size_bytes, const char *place, const char *reason)
{
	struct error error = {0};

	cr_expect_eq(policy_config_parse(&policy, "a.ini", text, size_bytes, &error),
		     STATUS_CORRUPT);
	cr_expect_str_eq(error.path, place);
	cr_expect_not_null(strstr(error.reason, reason), "%s", error.reason);
}

Test(policy, fails_on_warnings_and_errors_by_default)
{
	cr_expect(policy_fails(&policy, RULE_NO_REUSE, FINDING_WARNING));
	cr_expect(policy_fails(&policy, RULE_LEAKED, FINDING_ERROR));
	cr_expect_not(policy_fails(&policy, RULE_OPEN_AT_EXIT, FINDING_NOTE));
}

Test(policy, fails_only_on_what_is_named)
{
	set(POLICY_FAIL_ON, "error");
	set(POLICY_FAIL_ON, "open-at-exit");
	cr_expect_not(policy_fails(&policy, RULE_NO_REUSE, FINDING_WARNING));
	cr_expect(policy_fails(&policy, RULE_LEAKED, FINDING_ERROR));
	cr_expect(policy_fails(&policy, RULE_OPEN_AT_EXIT, FINDING_NOTE));
	cr_expect_not(policy_fails(&policy, RULE_NEVER_USED, FINDING_NOTE));
}

Test(policy, takes_the_mildest_of_several_severities)
{
	set(POLICY_FAIL_ON, "note");
	set(POLICY_FAIL_ON, "error");
	cr_expect(policy_fails(&policy, RULE_NEVER_USED, FINDING_NOTE));
}

Test(policy, can_fail_on_no_finding_at_all)
{
	set(POLICY_FAIL_ON, "none");
	cr_expect_not(policy_fails(&policy, RULE_LEAKED, FINDING_ERROR));
}

Test(policy, of_a_later_source_replaces_what_fails)
{
	configure("[check]\nfail-on = note\nfail-on = leaked\n");
	policy_source_begin(&policy);
	set(POLICY_FAIL_ON, "no-reuse");
	cr_expect_not(policy_fails(&policy, RULE_NEVER_USED, FINDING_NOTE));
	cr_expect_not(policy_fails(&policy, RULE_LEAKED, FINDING_ERROR));
	cr_expect(policy_fails(&policy, RULE_NO_REUSE, FINDING_WARNING));
}

Test(policy, of_a_later_source_leaves_what_it_does_not_name)
{
	configure("[check]\nfail-on = error\nmax-open = 5\ngrace = 250ms\n");
	policy_source_begin(&policy);
	set(POLICY_MAX_OPEN, "7");
	cr_expect_not(policy_fails(&policy, RULE_NO_REUSE, FINDING_WARNING));
	cr_expect_eq(policy.max_open, 7);
	cr_expect_eq(policy.settings.grace_ns, 250 * MS);
}

Test(policy, leaves_leaks_to_their_limit)
{
	set(POLICY_MAX_LEAKED, "2");
	cr_expect_not(policy_fails(&policy, RULE_LEAKED, FINDING_ERROR));
	cr_expect(policy_fails(&policy, RULE_GROWTH, FINDING_ERROR));
}

Test(policy, fails_on_what_held_a_closed_connection_too_long)
{
	set(POLICY_FAIL_ON, "none");
	set(POLICY_MAX_CLOSE_WAIT, "1.5s");
	cr_expect_eq(policy.settings.close_wait_ns, 1500 * MS);
	cr_expect(policy_fails(&policy, RULE_CLOSE_WAIT, FINDING_WARNING));
}

Test(policy, gives_a_rule_another_severity)
{
	set(POLICY_RULE, "leaked=off");
	set(POLICY_RULE, "never-used=error");
	cr_expect_eq(policy.settings.severities[RULE_LEAKED], FINDING_OFF);
	cr_expect_eq(policy.settings.severities[RULE_NEVER_USED], FINDING_ERROR);
}

Test(policy, keeps_one_limit_for_each_glob)
{
	set(POLICY_MAX_CONNECTIONS, "127.0.0.1:5432=2");
	set(POLICY_MAX_CONNECTIONS, "unix:/run/a=b=3");
	set(POLICY_MAX_CONNECTIONS, "127.0.0.1:5432=4");
	cr_assert_eq(policy.max_connections.count, 2);
	cr_expect_str_eq(policy.max_connections.rows[0].glob, "127.0.0.1:5432");
	cr_expect_eq(policy.max_connections.rows[0].most, 4);
	cr_expect_str_eq(policy.max_connections.rows[1].glob, "unix:/run/a=b");
}

Test(policy, refuses_values_that_cannot_be)
{
	refuses(POLICY_FAIL_ON, "off");
	refuses(POLICY_FAIL_ON, "leak");
	refuses(POLICY_RULE, "leaked");
	refuses(POLICY_RULE, "leaked=");
	refuses(POLICY_RULE, "leaked=fatal");
	refuses(POLICY_RULE, "leek=error");
	refuses(POLICY_MAX_OPEN, "-1");
	refuses(POLICY_MAX_OPEN, "");
	refuses(POLICY_MAX_OPEN, " 1");
	refuses(POLICY_MAX_OPEN, "18446744073709551615");
	refuses(POLICY_NO_REUSE, "4294967296");
	refuses(POLICY_GROWTH, "0");
	refuses(POLICY_MAX_CONNECTIONS, "=3");
	refuses(POLICY_MAX_CONNECTIONS, "peer");
	refuses(POLICY_MAX_CONNECTS_PER, "a.B=many");
	refuses(POLICY_GRACE, "1");
	refuses(POLICY_SUPPRESSIONS, "");
	refuses(POLICY_ALLOW_INCOMPLETE, "maybe");
}

Test(policy, reads_durations)
{
	int64_t duration_ns;

	cr_assert(policy_duration_parse("500ms", &duration_ns));
	cr_expect_eq(duration_ns, 500 * MS);
	cr_assert(policy_duration_parse("2m", &duration_ns));
	cr_expect_eq(duration_ns, 120000 * MS);
	cr_assert(policy_duration_parse("0.25 s", &duration_ns));
	cr_expect_eq(duration_ns, 250 * MS);
	cr_assert(policy_duration_parse("0", &duration_ns));
	cr_expect_eq(duration_ns, 0);
}

Test(policy, refuses_durations_that_are_none)
{
	const char *const texts[] = {"",     "s",        "1",   "inf",   "1e3s", "0x10s", "-1s",
				     "1.s.", "9999999h", ".5s", "1 day", "0x",   "nan",   "1.2.3s"};
	int64_t duration_ns;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		cr_expect_not(policy_duration_parse(texts[i], &duration_ns), "%s", texts[i]);
}

Test(policy, matches_addresses_with_brackets)
{
	cr_expect(policy_glob_matches("[::1]:5432", "[::1]:5432"));
	cr_expect(policy_glob_matches("*:5432", "[::1]:5432"));
	cr_expect_not(policy_glob_matches("*", NULL));
}

Test(policy, is_configured_by_the_same_keys)
{
	configure("; what this project demands\n[check]\n"
		  "max-connections = 127.0.0.1:5432=2\n  *:6379=9\n"
		  "allow-incomplete = yes\nrule=leaked=note ; for now\n");
	cr_expect(policy.allow_incomplete);
	cr_expect_eq(policy.max_connections.count, 2);
}

Test(policy, finds_files_from_the_folder_of_its_configuration)
{
	configure("[check]\nsuppressions = socklife.supp\nbaseline = /srv/baseline.json\n");
	cr_expect_str_eq(policy.suppressions_path, "ci/socklife.supp");
	cr_expect_str_eq(policy.baseline_path, "/srv/baseline.json");
}

#define CONFIG_FAILS(text, place, reason) config_fails(text, sizeof(text) - 1, place, reason)

Test(policy, tells_where_a_configuration_is_wrong)
{
	CONFIG_FAILS("[check]\n\nmax-opne = 3\n", "a.ini:3", "no key 'max-opne'");
	CONFIG_FAILS("[check]\nmax-open = x\n", "a.ini:2", "max-open: 'x'");
	CONFIG_FAILS("[chek]\nmax-open = 1\n", "a.ini:2", "no section [chek]");
	CONFIG_FAILS("max-open = 1\n", "a.ini:1", "no section []");
	CONFIG_FAILS("[check]\nmax-open 1\n", "a.ini:2", "neither");
	CONFIG_FAILS("[check\nmax-open = 1\n", "a.ini:1", "has no end");
	CONFIG_FAILS("[check]\nmax-open = 1\n [check]\n", "a.ini:3", "start of its line");
	CONFIG_FAILS("\f[check]\n", "a.ini:1", "start of its line");
	CONFIG_FAILS("\xef\xbb\xbf [check]\n", "a.ini:1", "start of its line");
	CONFIG_FAILS("[check]\nmax-open = 1\0 0\n", "a.ini:2", "NUL");
}

Test(policy, refuses_a_line_that_would_be_read_in_pieces)
{
	char text[512] = "[check]\nbaseline = ";

	memset(text + strlen(text), 'x', 400);
	config_fails(text, strlen(text), "a.ini:2", "too long");
}

Test(policy, takes_a_configuration_with_a_byte_order_mark)
{
	configure("\xef\xbb\xbf[check]\r\nmax-open = 4\r\n");
	cr_expect_eq(policy.max_open, 4);
}

Test(policy, does_without_a_default_configuration_but_not_without_a_named_one)
{
	struct error error = {0};

	cr_expect_eq(policy_config_load(&policy, NULL, &error), STATUS_OK);
	cr_expect_eq(policy_config_load(&policy, "/nowhere/at-all.ini", &error), STATUS_NOT_FOUND);
	cr_expect_str_eq(error.path, "/nowhere/at-all.ini");
}

Test(policy, is_described_key_by_key_in_the_manual_page)
{
	const char *page = scratch_read(scratch_source("analyzer/socklife.1"), NULL);

	cr_assert_not_null(page);
	for (unsigned int key = 0; key < POLICY_KEY_COUNT; key++) {
		const char *name = policy_key_name((enum policy_key)key);
		char *option = scratch_format("\\-\\-%s", "");

		for (; *name != '\0'; name++)
			option = scratch_format(*name == '-' ? "%s\\%c" : "%s%c", option, *name);
		cr_expect_not_null(strstr(page, option), "no %s", option);
	}
	scratch_remove_all();
}
