/* Tracked objects of Python: what is told of them, and that the program cannot tell. */
#include <string.h>

#include "comparison.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(python_objects);

#define PYTHON "/usr/bin/python3"
#define TRACK                                                                                      \
	"SOCKLIFE_TRACK=__main__.Client,__main__.Plain=session,__main__.Slotted=pool,"             \
	"__main__.Finalized,__main__.ByMeta,__main__.Failing,__main__.Data,__main__.Revived"

static void subject_track(struct subject *subject, enum subject_way way, const char *script)
{
	struct subject_options options = {.way = way};

	options.command.environment = COMMAND_LIST("PYTHONHASHSEED=0", TRACK);
	subject_run(subject, &options, COMMAND_LIST(PYTHON, scratch_source(script)));
}

/* Addresses in texts such as <… object at 0x7f…> differ from run to run. */
static void addresses_hide(char *text)
{
	for (char *at = strstr(text, "0x"); at != NULL; at = strstr(at + 2, "0x")) {
		size_t size = strspn(at + 2, "0123456789abcdef");

		memset(at + 2, '0', size);
	}
}

Test(python_objects, a_program_cannot_tell_that_it_is_watched)
{
	struct subject bare, recorded;

	subject_track(&bare, SUBJECT_BARE, "tests/subjects/python_classes.py");
	subject_track(&recorded, SUBJECT_PRELOAD, "tests/subjects/python_classes.py");
	addresses_hide(bare.command.out);
	addresses_hide(recorded.command.out);
	cr_expect_eq(bare.command.status, 0, "%s", bare.command.err);
	comparison_expect_same(&bare.command, &recorded.command, false);
	cr_expect_gt(report_count(recorded.report, "objects", "class", "__main__.Client"), 3000);
	cr_expect_gt(report_count(recorded.report, "objects", "class", "__main__.Slotted"), 3000);
	cr_expect_gt(report_count(recorded.report, "objects", "class", "__main__.Plain"), 3000);
	subject_release(&recorded);
	subject_release(&bare);
}

/* The audit hook's entry is older than Python's choice of an allocator. */
Test(python_objects, debugging_allocators_free_nothing_of_ours)
{
	struct subject subject;
	struct subject_options options = {.way = SUBJECT_PRELOAD, .is_unreported = true};

	subject_run(&subject, &options, COMMAND_LIST(PYTHON, "-X", "dev", "-c", "print(1)"));
	cr_expect_eq(subject.command.status, 0, "signal %d: %s", subject.command.signal_number,
		     subject.command.err);
	cr_expect_str_eq(subject.command.err, "");
	subject_release(&subject);
}

static size_t count_ended(const json_t *report, const char *class_name, const char *end)
{
	const json_t *objects = json_object_get(report, "objects"), *object;
	size_t count = 0, i;

	json_array_foreach(objects, i, object)
	{
		count += report_is(object, "class", class_name) && report_is(object, "end", end);
	}
	return count;
}

Test(python_objects, every_birth_and_death_is_told_with_its_cause)
{
	struct subject subject;
	const json_t *report;

	subject_track(&subject, SUBJECT_PRELOAD, "tests/subjects/python_lives.py");
	report = subject.report;
	cr_expect_eq(subject.command.status, 0, "%s", subject.command.err);
	/* One at once, three of the copying, the parent and what it made. */
	cr_expect_eq(count_ended(report, "__main__.Client", "refcount"), 6, "%s",
		     report_dump(report));
	cr_expect_eq(count_ended(report, "__main__.Client", "gc"), 1);
	cr_expect_eq(count_ended(report, "__main__.Client", "exit"), 1);
	cr_expect_eq(count_ended(report, "__main__.Sub", "refcount"), 1);
	cr_expect_eq(count_ended(report, "__main__.Slotted", "refcount"), 1);
	cr_expect_eq(count_ended(report, "__main__.Dynamic", "refcount"), 1);
	subject_release(&subject);
}

/* create_connection() runs in a thread of its own, with no object of ours on its stack. */
Test(python_objects, a_thread_inherits_the_object_that_started_it)
{
	struct subject subject;
	const json_t *socket, *owner;

	subject_track(&subject, SUBJECT_PRELOAD, "tests/subjects/python_lives.py");
	socket = report_row(subject.report, "sockets", "match", "thread");
	cr_assert_eq(json_array_size(json_object_get(socket, "owners")), 1);
	owner = json_array_get(json_object_get(subject.report, "objects"), 0);
	for (size_t i = 0; i < report_size(subject.report, "objects"); i++) {
		owner = json_array_get(json_object_get(subject.report, "objects"), i);
		if (json_equal(json_object_get(owner, "id"),
			       json_array_get(json_object_get(socket, "owners"), 0)))
			break;
	}
	cr_expect_str_eq(report_text(owner, "class"), "__main__.Client");
	cr_expect_geq(report_frame_depth(owner, "created_at", "connected"), 0);
	subject_release(&subject);
}

/* Three of the connects are nobody's, and so have no match. */
Test(python_objects, a_task_inherits_the_object_whose_method_made_it)
{
	struct subject subject;
	const json_t *client;

	subject_track(&subject, SUBJECT_PRELOAD, "tests/subjects/python_tasks.py");
	cr_expect_eq(subject.command.status, 0, "%s", subject.command.err);
	cr_assert_eq(report_size(subject.report, "objects"), 1);
	client = json_array_get(json_object_get(subject.report, "objects"), 0);
	cr_expect_eq(report_count(subject.report, "sockets", "match", "task"), 4, "%s",
		     report_dump(subject.report));
	cr_expect_eq(report_size(client, "opened"), 4, "%s", report_dump(client));
	cr_expect_str_eq(report_text(client, "connects"), "on-first-use");
	subject_release(&subject);
}

/* json shows json.decoder's class by this name; email does not show email.parser's. */
Test(python_objects, a_class_is_tracked_by_its_public_name)
{
	struct subject_options options = {.way = SUBJECT_PRELOAD};
	struct subject subject;

	options.command.environment =
		COMMAND_LIST("SOCKLIFE_TRACK=json.JSONDecoder=pool,email.Parser");
	subject_run(&subject, &options,
		    COMMAND_LIST(PYTHON, "-c",
				 "import email.parser, json\n"
				 "json.JSONDecoder(), email.parser.Parser()\n"));
	cr_expect_eq(subject.command.status, 0, "%s", subject.command.err);
	cr_expect_eq(count_ended(subject.report, "json.decoder.JSONDecoder", "refcount"), 1, "%s",
		     report_dump(subject.report));
	cr_expect_eq(report_count(subject.report, "objects", "class", "email.parser.Parser"), 0);
	subject_release(&subject);
}

Test(python_objects, subinterpreters_leave_the_recording_incomplete)
{
	struct subject_options options = {.way = SUBJECT_PRELOAD};
	struct subject subject;
	const json_t *coverage;

	subject_run(&subject, &options,
		    COMMAND_LIST(PYTHON, "-c",
				 "import socket, _xxsubinterpreters as interpreters\n"
				 "interpreters.destroy(interpreters.create())\n"
				 "socket.create_server(('127.0.0.1', 0)).close()\n"));
	cr_expect_eq(subject.command.status, 0, "%s", subject.command.err);
	coverage = json_object_get(subject.report, "coverage");
	cr_expect(json_is_false(json_object_get(coverage, "complete")));
	cr_expect_not_null(strstr(report_dump(coverage), "subinterpreters"), "%s",
			   report_dump(coverage));
	subject_release(&subject);
}

static void expect_incomplete(const char *const environment[], const char *argument,
			      const char *note)
{
	struct subject_options options = {.way = SUBJECT_RUN};
	struct subject subject;
	const json_t *coverage;

	options.command.environment = environment;
	subject_run(&subject, &options, COMMAND_LIST(scratch_subject("embedding"), argument));
	cr_expect_eq(subject.command.status, 0, "%s", subject.command.err);
	cr_expect_eq(report_size(subject.report, "sockets"), 2);
	coverage = json_object_get(subject.report, "coverage");
	cr_expect(json_is_false(json_object_get(coverage, "complete")));
	cr_expect_not_null(strstr(report_dump(coverage), note), "%s", report_dump(coverage));
	subject_release(&subject);
}

/* The audit hook comes before Py_Initialize() or not at all. */
Test(python_objects, a_python_that_is_loaded_late_leaves_the_recording_incomplete)
{
	expect_incomplete(NULL, "libpython3.11.so.1.0", "had started without it");
}

Test(python_objects, a_python_that_begins_again_leaves_the_recording_incomplete)
{
	expect_incomplete(COMMAND_LIST("LD_PRELOAD=libpython3.11.so.1.0"), NULL,
			  "initialized again");
}
