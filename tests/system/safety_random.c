/*
 * The random program (tests/random): every trace is readable and every lifetime is as the program's
 * own log has it, killed or not. `make random` does ten thousand.
 */
#include "fixture.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(safety_random);

#define RUNS 300

Test(safety_random, every_lifetime_is_as_the_program_logged_it)
{
	struct subject subject = {.report = NULL};

	command_run(&subject.command,
		    COMMAND_LIST(scratch_built("tests/random"), scratch_built("libsocklife.so"),
				 scratch_built("tests/random_lives"), scratch_format("%d", RUNS)),
		    NULL);
	cr_expect_eq(subject.command.status, 0, "%s%s", subject.command.out, subject.command.err);
	cr_expect_eq(subject_fact(&subject, "runs"), RUNS);
	cr_expect_eq(subject_fact(&subject, "bad"), 0);
	cr_expect_gt(subject_fact(&subject, "sockets"), RUNS * 50);
	subject_release(&subject);
}
