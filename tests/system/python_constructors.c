/* How Python's objects begin: every kind of constructor there is. */
#include <signal.h>
#include <string.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(python_constructors);

#define TRACK                                                                                      \
	"SOCKLIFE_TRACK=__main__.InInit,__main__.InNew,__main__.InMethodFromNew,"                  \
	"__main__.AfterNew,__main__.NewAndInit,__main__.InBaseNew,__main__.ByDataclass,"           \
	"__main__.Slotted,__main__.Remade,__main__.RemadeLate,__main__.RemadeByMeta,"              \
	"__main__.Replaced,__main__.Wrapped,__main__.Partial,__main__.ByMeta,__main__.ByType,"     \
	"__main__.ByTypeLate,__main__.Number,__main__.InitFails,__main__.NewFails"

static void expect_object(const struct subject *subject, const char *name, const char *connects)
{
	const char *class = scratch_format("__main__.%s", name);
	const json_t *object = report_row(subject->report, "objects", "class", class);

	cr_expect_str_eq(report_text(object, "connects"), connects, "%s", report_dump(object));
	cr_expect_eq(report_size(object, "opened"), 1, "%s", report_dump(object));
}

/* Each constructs one object, which connects once. */
Test(python_constructors, connects_are_told_from_those_of_first_use)
{
	struct subject_options options = {.way = SUBJECT_PRELOAD};
	struct subject subject;
	char *text, *rest = NULL, *line;
	size_t count = 0;

	options.command.environment = COMMAND_LIST(TRACK);
	subject_run(&subject, &options,
		    COMMAND_LIST("/usr/bin/python3",
				 scratch_source("tests/subjects/python_constructors.py")));
	cr_assert_eq(subject.command.status, 0, "%s", subject.command.err);
	text = scratch_format("%s", subject.command.out);
	for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		size_t name_size = strcspn(line, "=");

		expect_object(&subject, scratch_format("%.*s", (int)name_size, line),
			      line + name_size + 1);
		count++;
	}
	cr_expect_eq(count, 20);
	cr_expect_eq(report_size(subject.report, "objects"), count, "%s",
		     report_dump(subject.report));
	subject_release(&subject);
}

/* Killed while __init__ runs, which never comes to its end. */
Test(python_constructors, a_connect_in_one_that_never_ends_is_at_creation)
{
	struct subject_options options = {.way = SUBJECT_PRELOAD};
	struct subject subject;
	const json_t *object;

	options.command.environment = COMMAND_LIST("SOCKLIFE_TRACK=__main__.Client");
	subject_run(&subject, &options,
		    COMMAND_LIST("/usr/bin/python3", "-c",
				 "import os, signal, socket\n"
				 "class Client:\n"
				 "    def __init__(self):\n"
				 "        listener = socket.create_server(('127.0.0.1', 0))\n"
				 "        socket.create_connection(listener.getsockname())\n"
				 "        os.kill(os.getpid(), signal.SIGKILL)\n"
				 "Client()\n"));
	cr_assert_eq(subject.command.signal_number, SIGKILL, "%s", subject.command.err);
	object = report_row(subject.report, "objects", "class", "__main__.Client");
	cr_expect_str_eq(report_text(object, "connects"), "at-creation", "%s", report_dump(object));
	subject_release(&subject);
}
