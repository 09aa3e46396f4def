/* Words of the handle catalog that are for libraries which do not say all by their functions. */
#include <string.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(handles_language);

static void door_run(struct subject *subject, const char *text, const char *scenario)
{
	struct subject_options options = {.way = SUBJECT_RUN};
	const char *path = scratch_format("%s/own.handles", scratch_new());

	scratch_write(path, text, strlen(text));
	options.run_options = COMMAND_LIST("--handles", path);
	subject_run(subject, &options, COMMAND_LIST(scratch_subject("handles_door"), scenario));
	cr_assert_eq(subject->command.status, 0, "%s", subject->command.err);
	cr_assert_str_eq(subject->command.err, "");
}

static const json_t *only_object(const struct subject *subject, const char *class)
{
	const json_t *object = report_row(subject->report, "objects", "class", class);

	cr_assert_eq(report_count(subject->report, "objects", "class", class), 1, "%s",
		     report_dump(subject->report));
	return object;
}

/* The door has one socket and is gone before the process ends. */
static void expect_door(const struct subject *subject, const char *connects)
{
	const json_t *door = only_object(subject, "door");

	cr_expect_str_eq(report_text(door, "connects"), connects, "%s", report_dump(door));
	cr_expect_str_eq(report_text(door, "end"), "call", "%s", report_dump(door));
	cr_expect_eq(report_size(door, "opened"), 1, "%s", report_dump(door));
}

/* Its bytes are the door's, those at its birth and at its end as well. */
Test(handles_language, a_part_is_no_object)
{
	static const char text[] = "library libdoor.so\n"
				   "handle door connection\n"
				   "create return: door_open\n"
				   "destroy 1: door_shut\n"
				   "part guest\n"
				   "create return of 1: guest_enter\n"
				   "use 1: guest_speak\n"
				   "destroy 1: guest_leave\n";
	struct subject subject;
	const json_t *socket;

	door_run(&subject, text, "guest");
	expect_door(&subject, "at-creation");
	cr_expect_eq(report_size(subject.report, "objects"), 1, "%s", report_dump(subject.report));
	socket = report_fd(subject.report, subject_pid(&subject), subject_fact(&subject, "client"),
			   0);
	cr_expect_eq(report_number(socket, "bytes_sent"), 3);
	cr_expect_eq(report_size(socket, "users"), 0, "%s", report_dump(socket));
	subject_release(&subject);
}

Test(handles_language, a_part_may_end_its_whole)
{
	static const char text[] = "library libdoor.so\n"
				   "handle door connection\n"
				   "create return: door_open\n"
				   "part guest ends-whole\n"
				   "create return of 1: guest_enter\n"
				   "destroy 1: guest_shut\n";
	struct subject subject;

	door_run(&subject, text, "guest-shuts");
	expect_door(&subject, "at-creation");
	cr_expect_eq(report_size(subject.report, "objects"), 1);
	subject_release(&subject);
}

Test(handles_language, a_handle_is_adopted_that_nobody_saw_being_made)
{
	static const char text[] = "library libdoor.so\n"
				   "handle door connection\n"
				   "adopt 1: door_knock\n"
				   "use 1: door_knock\n"
				   "destroy 1: door_shut\n";
	struct subject subject;

	door_run(&subject, text, "late");
	expect_door(&subject, "on-first-use");
	subject_release(&subject);
}

Test(handles_language, a_part_is_adopted)
{
	static const char text[] = "library libdoor.so\n"
				   "handle hall pool\n"
				   "create return: hall_make\n"
				   "destroy 1: hall_empty\n"
				   "part door\n"
				   "adopt 2 of 1: hall_enter\n"
				   "use 1: door_knock\n";
	struct subject subject;
	const json_t *hall;

	door_run(&subject, text, "emptied");
	hall = only_object(&subject, "hall");
	cr_expect_str_eq(report_text(hall, "connects"), "on-first-use");
	cr_expect_eq(report_size(hall, "opened"), 1);
	cr_expect_eq(report_size(subject.report, "objects"), 1);
	subject_release(&subject);
}

Test(handles_language, an_end_that_is_not_seen_is_that_of_the_socket)
{
	static const char text[] = "library libdoor.so\n"
				   "handle door connection unseen-end\n"
				   "create return: door_make\n"
				   "use 1: door_knock\n";
	struct subject subject;

	door_run(&subject, text, "late");
	expect_door(&subject, "on-first-use");
	subject_release(&subject);
	door_run(&subject, text, "reused");
	cr_expect_eq(report_size(subject.report, "objects"), 50);
	cr_expect_eq(report_count(subject.report, "objects", "end", "call"), 50);
	subject_release(&subject);
}

Test(handles_language, a_pool_may_end_what_is_in_it)
{
	static const char text[] = "library libdoor.so\n"
				   "handle hall pool\n"
				   "create return: hall_make\n"
				   "destroy 1: hall_empty\n"
				   "handle door connection ends-with-pool\n"
				   "create return: door_make\n"
				   "use 1: door_knock\n"
				   "move 2 into 1: hall_enter\n";
	struct subject subject;

	door_run(&subject, text, "emptied");
	expect_door(&subject, "on-first-use");
	cr_expect_str_eq(report_text(only_object(&subject, "hall"), "end"), "call");
	subject_release(&subject);
}

/* The file says nothing of what lies on the stack; the subject checks what arrived. */
Test(handles_language, a_forgotten_argument_harms_nothing)
{
	static const char text[] = "library libdoor.so\n"
				   "handle door connection\n"
				   "create return: door_open\n"
				   "use 1: door_measure door_tell\n"
				   "destroy 1: door_shut\n";
	struct subject subject;

	door_run(&subject, text, "arguments");
	cr_expect_str_eq(subject_fact_text(&subject, "told"), "1 two 3.5 4 5 6 7 eight");
	expect_door(&subject, "at-creation");
	subject_release(&subject);
}
