/* What finalizers of Python's objects do, and who has nothing to do with it. */
#include <string.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"
#include "subject.h"

FIXTURE_SUITE(python_finalizers);

static struct server server;
static struct subject subject;

static void finalizers_run(void)
{
	struct subject_options options = {.way = SUBJECT_PRELOAD};

	server_start(&server, SERVER_NGINX);
	options.command.environment = COMMAND_LIST("SOCKLIFE_TRACK=__main__.Client");
	subject_run(&subject, &options,
		    COMMAND_LIST("/usr/bin/python3",
				 scratch_source("tests/subjects/python_finalizers.py"),
				 server_url(&server, "body")));
	cr_assert_eq(subject.command.status, 0, "%s", subject.command.err);
}

static void finalizers_end(void)
{
	subject_release(&subject);
	server_stop(&server);
}

/* By the fact NAME=LOCAL>END. */
static const json_t *socket_named(const char *name, const char **end)
{
	const char *fact = subject_fact_text(&subject, name);
	size_t local_size = strcspn(fact, ">");
	const char *local = scratch_format("%.*s", (int)local_size, fact);

	*end = scratch_format("%.*s", (int)strcspn(fact + local_size + 1, "\n"),
			      fact + local_size + 1);
	return report_row(subject.report, "sockets", "local", local);
}

Test(python_finalizers, are_told_from_calls_of_close)
{
	static const char *const names[] = {"waited",    "forgotten",  "bystander", "revived",
					    "collected", "referenced", "asked",     "at_exit"};

	finalizers_run();
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *end;
		const json_t *socket = socket_named(names[i], &end);

		cr_expect_str_eq(report_text(socket, "end"), end, "%s: %s", names[i],
				 report_dump(socket));
	}
	finalizers_end();
}

/* The collector calls them from wherever it happens to run. */
Test(python_finalizers, do_not_work_for_those_whom_they_interrupt)
{
	const json_t *objects, *object;
	size_t index;

	finalizers_run();
	objects = json_object_get(subject.report, "objects");
	json_array_foreach(objects, index, object)
	{
		if (!report_is(object, "class", "__main__.Client"))
			continue;
		cr_expect_str_eq(report_text(object, "connects"), "never", "%s",
				 report_dump(object));
		cr_expect(report_is_null(object, "created_by"), "%s", report_dump(object));
	}
	cr_expect_eq(report_count(subject.report, "objects", "class", "__main__.Client"), 2);
	finalizers_end();
}

/* Its end comes after the one finalizer that CPython calls, so it is neither told nor guessed. */
Test(python_finalizers, that_let_an_object_live_on_leave_its_end_unknown)
{
	finalizers_run();
	for (int i = 1; i <= 2; i++) {
		const json_t *object = report_object(subject.report, "__main__.Revived", i);

		cr_expect(json_is_null(json_object_get(object, "end")), "%s", report_dump(object));
		cr_expect(json_is_null(json_object_get(object, "ended")), "%s",
			  report_dump(object));
		cr_expect_str_eq(report_text(object, "connects"), "at-creation");
	}
	cr_expect_eq(report_count(subject.report, "findings", "rule", "leaked"), 0, "%s",
		     report_dump(subject.report));
	finalizers_end();
}
