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

/* A bound socket that does not listen has an address, too. */
Test(forked_listener, a_bound_socket_keeps_its_address_in_a_child)
{
	static const char program[] = "import os, socket\n"
				      "bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
				      "bound.bind(('127.0.0.1', 0))\n"
				      "print('local=%s:%d' % bound.getsockname(), flush=True)\n"
				      "child = os.fork()\n"
				      "if child == 0:\n"
				      "    os._exit(0)\n"
				      "os.waitpid(child, 0)\n";
	const struct subject_options options = {.way = SUBJECT_RUN};
	const json_t *inherited;
	struct subject subject;

	subject_run(&subject, &options, COMMAND_LIST("/usr/bin/python3", "-c", program));
	inherited = report_row(subject.report, "sockets", "origin", "inherited");
	cr_assert_not_null(inherited, "%s", report_dump(subject.report));
	cr_expect(report_is(inherited, "local", subject_fact_text(&subject, "local")), "%s",
		  report_dump(inherited));
	subject_release(&subject);
}
