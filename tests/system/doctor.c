#include <sys/stat.h>
#include <string.h>

#include "../support/command.h" /* not the analyzer's */
#include "fixture.h"
#include "scratch.h"

FIXTURE_SUITE(doctor);

/* Runs `socklife doctor PROGRAM` in a scratch directory; what it said is the caller's to release.
 */
static void doctor(struct command *command, const char *program, int expected_status)
{
	const struct command_options options = {.directory = scratch_new()};

	command_run(command, COMMAND_LIST(scratch_built("socklife"), "doctor", program), &options);
	cr_assert_eq(command->status, expected_status, "%s%s", command->out, command->err);
}

Test(doctor, says_that_a_dynamic_program_can_be_recorded_and_what_it_links)
{
	struct command command;

	doctor(&command, "curl", 0);
	cr_assert_not_null(strstr(command.out, "\nCan be recorded"));
	cr_assert_not_null(strstr(command.out, "libcurl"));
	cr_assert_not_null(strstr(command.out, "libsocklife.so: found"));
	cr_assert_str_empty(command.err);
	command_release(&command);
}

Test(doctor, names_the_runtime_of_a_python_program)
{
	struct command command;

	doctor(&command, "/usr/bin/python3", 0);
	cr_assert_not_null(strstr(command.out, "CPython 3."));
	command_release(&command);
}

Test(doctor, says_why_a_static_program_cannot_be_recorded_and_what_to_do)
{
	struct command command;

	doctor(&command, scratch_subject("static_linked"), 1);
	cr_assert_not_null(strstr(command.out, "\nCannot be recorded: it is statically linked"));
	cr_assert_not_null(strstr(command.out, "\nInstead: "));
	command_release(&command);
}

Test(doctor, ends_with_2_and_one_line_when_there_is_no_such_program)
{
	struct command command;

	doctor(&command, "/nonexistent/program", 2);
	cr_assert_str_empty(command.out);
	cr_assert_str_eq(command.err, "socklife: /nonexistent/program: there is no such program\n");
	command_release(&command);
}

Test(doctor, ends_with_2_for_a_wrong_command_line)
{
	struct command command;

	command_run(&command, COMMAND_LIST(scratch_built("socklife"), "doctor"), NULL);
	cr_assert_eq(command.status, 2);
	command_release(&command);
}

Test(doctor, finds_that_the_library_is_missing_or_no_library)
{
	const char *const libraries[] = {"SOCKLIFE_LIBRARY=/nonexistent/libsocklife.so",
					 "SOCKLIFE_LIBRARY=/etc/passwd"};

	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++) {
		const struct command_options options = {.environment = COMMAND_LIST(libraries[i])};
		struct command command;

		command_run(&command, COMMAND_LIST(scratch_built("socklife"), "doctor", "true"),
			    &options);
		cr_assert_eq(command.status, 1, "%s", libraries[i]);
		cr_assert_not_null(strstr(command.out, "\nCannot be recorded here"));
		command_release(&command);
	}
}

Test(doctor, finds_that_the_trace_cannot_be_written)
{
	const struct command_options options = {
		.environment = COMMAND_LIST("SOCKLIFE_TRACE=/nonexistent/folder/trace")};
	struct command command;

	command_run(&command, COMMAND_LIST(scratch_built("socklife"), "doctor", "true"), &options);
	cr_assert_eq(command.status, 1);
	cr_assert_not_null(strstr(command.out, "its directory cannot be written"));
	command_release(&command);
}

Test(doctor, prints_no_control_character_of_a_name_raw)
{
	char *path = scratch_format("%s/a\033[31mb", scratch_new());
	struct command command;

	scratch_write(path, "#!/bin/sh\n", 10);
	cr_assert_eq(chmod(path, 0755), 0);
	doctor(&command, path, 0);
	cr_assert_null(strchr(command.out, '\033'));
	command_release(&command);
}
