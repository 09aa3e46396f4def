/* Stacks by the library's own unwinder are those that glibc's tells, taken or known again. */
#include <string.h>

#include "fixture.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(unwinding);

/* What was looked at and compared; nothing may differ. */
struct looked {
	long long taken, known, declined;
};

static struct looked unwinding_run(const char *scenario, bool *has_rules)
{
	const struct subject_options options = {.way = SUBJECT_BARE, .is_unreported = true};
	struct subject subject;
	struct looked looked;

	subject_run(&subject, &options, COMMAND_LIST(scratch_subject("unwinding"), scenario));
	cr_assert_eq(subject.command.status, 0, "%s: %s", scenario, subject.command.err);
	looked.taken = subject_fact(&subject, "taken");
	looked.known = subject_fact(&subject, "known");
	looked.declined = subject_fact(&subject, "declined");
	*has_rules = subject_fact(&subject, "has_rules") != 0;
	cr_expect_eq(subject_fact(&subject, "wrong"), 0, "%s", scenario);
	if (strcmp(scenario, "modules") == 0)
		cr_expect_gt(subject_fact(&subject, "same_place"), 0,
			     "one module has to come to where another was");
	subject_release(&subject);
	return looked;
}

/* On another processor, and with an older glibc, all is left to the unwinders that are loaded. */
static void expect_served(const char *scenario)
{
	bool has_rules;
	struct looked looked = unwinding_run(scenario, &has_rules);

	cr_expect_eq(looked.taken > 0, has_rules, "%s", scenario);
	cr_expect_eq(looked.known > 0, has_rules, "%s", scenario);
	cr_expect_eq(looked.declined > 0, !has_rules, "%s", scenario);
}

static void expect_declined(const char *scenario)
{
	bool has_rules;
	struct looked looked = unwinding_run(scenario, &has_rules);

	cr_expect_eq(looked.taken + looked.known, 0, "%s", scenario);
	cr_expect_gt(looked.declined, 0, "%s", scenario);
}

Test(unwinding, random_stacks_are_what_glibc_tells)
{
	expect_served("recursion");
	expect_served("turns");
}

Test(unwinding, threads_share_what_is_known)
{
	expect_served("threads");
}

Test(unwinding, jumps_leave_nothing_behind)
{
	expect_served("jumps");
}

Test(unwinding, modules_come_to_where_others_were)
{
	expect_served("modules");
}

Test(unwinding, signal_handlers_and_other_stacks_are_left_to_others)
{
	expect_declined("signals");
	expect_declined("contexts");
}
