/*
 * Eight threads in the recorder and a viewer of what they write, under ThreadSanitizer
 * (tests/tsan).
 */
#include <string.h>

#include "fixture.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(safety_races);

Test(safety_races, threads_in_the_recorder_do_not_race)
{
	struct command command;

	command_run(&command,
		    COMMAND_LIST(scratch_source("tests/tsan/run.sh"),
				 scratch_built("tests/tsan_recorder")),
		    NULL);
	cr_expect_eq(command.status, 0, "%s%s", command.out, command.err);
	cr_expect_not_null(strstr(command.out, "no race: "), "%s", command.out);
	command_release(&command);
}
