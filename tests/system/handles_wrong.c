/* Handle catalogs that are wrong: one line that says so, and no harm. */
#include <string.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(handles_wrong);

static const char *catalog_write(const char *text)
{
	const char *path = scratch_format("%s/own.handles", scratch_new());

	scratch_write(path, text, strlen(text));
	return path;
}

struct wrong {
	const char *text;
	const char *fault; /* the line that tells it, behind the file's name */
};

static const struct wrong wrongs[] = {
	{"libary libdoor.so\n", ":1: unknown word 'libary'"},
	{"library\n", ":1: the line ends where a library's name is wanted"},
	{"handle door connection\n", ":1: this must stand below a library line"},
	{"library libdoor.so\nuse 1: door_knock\n",
	 ":2: this must stand below a handle or part line"},
	{"library libdoor.so\nhandle door friend\n", ":2: 'friend' where a role is wanted"},
	{"library libdoor.so\nhandle door client\nuse 7: door_knock\n",
	 ":3: argument 7 of door_knock is on the stack: write door_knock+WORDS"},
	{"library libdoor.so\nhandle door client\nuse 0: door_knock\n",
	 ":3: there is no argument 0"},
	{"library libdoor.so\nhandle door client\n\nuse 1 door_knock\n",
	 ":4: 'door_knock' where 'if' or ':' is wanted"},
	{"library libdoor.so\nhandle door client\nmove 1 2: hall_enter\n",
	 ":3: '2' where into is wanted"},
	{"library libdoor.so\nhandle door client\ncreate return:\n",
	 ":3: the line ends where a function's name is wanted"},
};

Test(handles_wrong, a_wrong_file_is_refused_before_the_program_starts)
{
	struct subject_options options = {.way = SUBJECT_RUN, .is_unreported = true};

	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		const char *path = catalog_write(wrongs[i].text);
		struct subject subject;

		options.run_options = COMMAND_LIST("--handles", path);
		subject_run(&subject, &options, COMMAND_LIST("echo", "started"));
		cr_expect_eq(subject.command.status, 2);
		cr_expect_str_eq(subject.command.out, "");
		cr_expect_str_eq(subject.command.err,
				 scratch_format("socklife: %s%s\n", path, wrongs[i].fault));
		subject_release(&subject);
	}
}

/* Without the command there is nobody to refuse: one line, and the rest of the file holds. */
static void expect_told(const char *text, const char *fault)
{
	struct subject_options options = {.way = SUBJECT_PRELOAD};
	const char *path = catalog_write(text);
	struct subject subject;

	options.command.environment = COMMAND_LIST(scratch_format("SOCKLIFE_HANDLES=%s", path));
	subject_run(&subject, &options, COMMAND_LIST(scratch_subject("handles_door"), "open"));
	cr_expect_eq(subject.command.status, 0);
	cr_expect_str_eq(subject.command.err, scratch_format("socklife: %s%s\n", path, fault));
	cr_expect_eq(report_size(subject.report, "objects"), 1, "%s", report_dump(subject.report));
	subject_release(&subject);
}

Test(handles_wrong, a_wrong_line_harms_nothing)
{
	expect_told("library libdoor.so\nhandle door connection\ncreate return: door_open\n"
		    "use one: door_knock\ndestroy 1: door_shut\n",
		    ":4: 'one' where an argument's number is wanted");
}

Test(handles_wrong, a_function_that_is_missing_harms_nothing)
{
	expect_told("library libdoor.so\nhandle door connection\ncreate return: door_open\n"
		    "use 1: door_ring door_knock\ndestroy 1: door_shut\n",
		    ":4: libdoor.so has no function door_ring");
}

/* An argument that nobody passes points anywhere, or nowhere. */
Test(handles_wrong, a_wrong_argument_harms_nothing)
{
	static const char text[] = "library libdoor.so\nhandle door connection\n"
				   "create 1: door_open\ncreate 3: door_make\nuse 5: door_knock\n"
				   "destroy 6: door_shut\n";
	struct subject_options options = {.way = SUBJECT_RUN};
	struct subject subject;

	options.run_options = COMMAND_LIST("--handles", catalog_write(text));
	subject_run(&subject, &options, COMMAND_LIST(scratch_subject("handles_door"), "open"));
	cr_expect_eq(subject.command.status, 0);
	cr_expect_str_eq(subject.command.err, "");
	cr_expect_eq(report_size(subject.report, "sockets"), 2); /* with the listener */
	subject_release(&subject);
}

Test(handles_wrong, a_file_that_cannot_be_read_is_told)
{
	struct subject_options options = {.way = SUBJECT_PRELOAD};
	const char *path = scratch_new();
	struct subject subject;

	options.command.environment = COMMAND_LIST(scratch_format("SOCKLIFE_HANDLES=%s", path));
	subject_run(&subject, &options, COMMAND_LIST(scratch_subject("handles_door"), "open"));
	cr_expect_eq(subject.command.status, 0);
	cr_expect_str_eq(subject.command.err,
			 scratch_format("socklife: %s: not a regular file\n", path));
	subject_release(&subject);
}

Test(handles_wrong, a_file_that_is_not_there_is_refused)
{
	struct subject_options options = {.way = SUBJECT_RUN, .is_unreported = true};
	struct subject subject;

	options.run_options = COMMAND_LIST("--handles", "nowhere.handles");
	subject_run(&subject, &options, COMMAND_LIST("echo", "started"));
	cr_expect_eq(subject.command.status, 2);
	cr_expect_str_eq(subject.command.err,
			 "socklife: nowhere.handles: No such file or directory\n");
	subject_release(&subject);
}

Test(handles_wrong, every_one_of_several_files_is_read_for_faults)
{
	struct subject_options options = {.way = SUBJECT_RUN, .is_unreported = true};
	const char *right = catalog_write("library libdoor.so\n");
	const char *wrong = catalog_write("libary libdoor.so\n");
	struct subject subject;

	options.run_options = COMMAND_LIST("--handles", right, "--handles", wrong);
	subject_run(&subject, &options, COMMAND_LIST("echo", "started"));
	cr_expect_eq(subject.command.status, 2);
	cr_expect_str_eq(subject.command.err,
			 scratch_format("socklife: %s:1: unknown word 'libary'\n", wrong));
	subject_release(&subject);
}

Test(handles_wrong, a_name_that_the_variable_cannot_hold_is_refused)
{
	struct subject_options options = {.way = SUBJECT_RUN, .is_unreported = true};
	const char *path = scratch_format("%s/a:b", scratch_new());
	struct subject subject;

	scratch_write(path, "", 0);
	options.run_options = COMMAND_LIST("--handles", path);
	subject_run(&subject, &options, COMMAND_LIST("echo", "started"));
	cr_expect_eq(subject.command.status, 2);
	cr_expect_str_eq(subject.command.out, "");
	command_expect_one_line(&subject.command);
	subject_release(&subject);
}
