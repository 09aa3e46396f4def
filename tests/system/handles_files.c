/* Catalogs of the user's in several files. */
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(handles_files);

static const char *catalog_write(const char *text, size_t size_bytes)
{
	const char *path = scratch_format("%s/own.handles", scratch_new());

	scratch_write(path, text, size_bytes);
	return path;
}

/* Of a function that both describe, the first one's word holds. */
static void expect_both(const struct subject *subject)
{
	cr_assert_eq(subject->command.status, 0, "%s", subject->command.err);
	cr_assert_str_eq(subject->command.err, "");
	cr_expect_eq(report_size(subject->report, "objects"), 2, "%s",
		     report_dump(subject->report));
	cr_expect_str_eq(report_text(report_object(subject->report, "door", 1), "role"),
			 "connection");
	cr_expect_str_eq(report_text(report_object(subject->report, "hall", 1), "role"), "pool");
}

static const char first_text[] = "library libdoor.so\n"
				 "handle door connection\n"
				 "create return: door_open door_make\n"
				 "use 1: door_knock\n"
				 "move 2 into 1: hall_enter\n"
				 "destroy 1: door_shut\n";
static const char second_text[] = "library libdoor.so\n"
				  "handle hall pool\n"
				  "create return: hall_make\n"
				  "destroy 1: hall_leave\n"
				  "handle gate client\n"
				  "create return: door_open door_make\n";

Test(handles_files, several_files_are_all_read)
{
	struct subject_options options = {.way = SUBJECT_RUN};
	const char *first = catalog_write(first_text, sizeof(first_text) - 1),
		   *second = catalog_write(second_text, sizeof(second_text) - 1);
	struct subject subject;

	options.run_options = COMMAND_LIST("--handles", first, "--handles", second);
	subject_run(&subject, &options, COMMAND_LIST(scratch_subject("handles_door"), "moved"));
	expect_both(&subject);
	subject_release(&subject);
	options = (struct subject_options){.way = SUBJECT_PRELOAD};
	options.command.environment =
		COMMAND_LIST(scratch_format("SOCKLIFE_HANDLES=%s:%s", first, second));
	subject_run(&subject, &options, COMMAND_LIST(scratch_subject("handles_door"), "moved"));
	expect_both(&subject);
	subject_release(&subject);
}
