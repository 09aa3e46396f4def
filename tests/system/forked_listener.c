/* What CPython's multiprocessing tests found: the address of a listener that a child inherits. */
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(forked_listener);

Test(forked_listener, is_looked_up_in_the_childs_own_trace)
{
	struct subject_options options = {.way = SUBJECT_PRELOAD};
	struct subject subject;

	subject_run(&subject, &options,
		    COMMAND_LIST("/usr/bin/python3",
				 scratch_source("tests/subjects/python_listening.py")));
	cr_expect_eq(subject_fact(&subject, "child"), 0);
	cr_expect_eq(report_count(subject.report, "sockets", "origin", "inherited"), 1);
	cr_expect(json_is_true(
			  json_object_get(json_object_get(subject.report, "coverage"), "complete")),
		  "%s", report_dump(json_object_get(subject.report, "coverage")));
	subject_release(&subject);
}
