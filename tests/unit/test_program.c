#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../support/command.h" /* the analyzer has a command.h too */
#include "fixture.h"
#include "program_inspected.h"
#include "scratch.h"

FIXTURE_SUITE(program);

#define OTHER_USER 12345

static char *scratch_file(const char *text, unsigned int mode)
{
	char *path = scratch_format("%s/file", scratch_new());

	scratch_write(path, text, strlen(text));
	cr_assert_eq(chmod(path, mode), 0);
	return path;
}

Test(program, can_record_a_dynamically_linked_program_found_in_path)
{
	struct program program = inspected("env", STATUS_OK);

	cr_assert_eq(program.kind, PROGRAM_DYNAMIC);
	cr_assert_str_eq(strrchr(program.path, '/'), "/env");
	cr_assert_str_eq(program.path, program.command_path);
	cr_assert_not_null(strstr(program.loader, "/ld-linux"));
	check_recordable(&program, true);
}

Test(program, searches_path_past_folders_that_do_not_have_it)
{
	char *path = scratch_file("#!/bin/sh\n", 0755);
	struct program program;

	*strrchr(path, '/') = '\0';
	setenv("PATH", scratch_format("/nonexistent:%s", path), 1);
	program = inspected("file", STATUS_OK);
	cr_assert_str_eq(program.command_path, scratch_format("%s/file", path));
}

Test(program, searches_the_current_folder_for_an_empty_entry_of_path)
{
	char *path = scratch_file("#!/bin/sh\n", 0755);

	*strrchr(path, '/') = '\0';
	cr_assert_eq(chdir(path), 0);
	setenv("PATH", "/nonexistent:", 1);
	cr_assert_str_eq(inspected("file", STATUS_OK).command_path, "file");
	cr_assert_eq(chdir("/"), 0);
}

Test(program, says_that_a_program_is_missing)
{
	const char *const commands[] = {"/nonexistent/program", "no-such-program-anywhere", ""};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct program program = inspected(commands[i], STATUS_NOT_FOUND);

		cr_assert_eq(program.kind, PROGRAM_MISSING);
		check_recordable(&program, false);
	}
}

Test(program, says_that_a_file_is_not_executable)
{
	cr_assert_eq(inspected(scratch_file("#!/bin/sh\n", 0644), STATUS_UNREADABLE).kind,
		     PROGRAM_NOT_EXECUTABLE);
}

Test(program, says_that_a_directory_is_no_program)
{
	cr_assert_eq(inspected("/tmp", STATUS_UNREADABLE).kind, PROGRAM_DIRECTORY);
}

Test(program, follows_a_script_to_its_interpreter)
{
	char *path = scratch_file("#! /bin/sh -e\n", 0755);
	struct program program = inspected(path, STATUS_OK);

	cr_assert_eq(program.kind, PROGRAM_DYNAMIC);
	cr_assert_str_eq(program.command_path, path);
	cr_assert_str_eq(program.path, "/bin/sh");
	cr_assert_eq(program.script_depth, 1);
	cr_assert_not(program.is_shell_text);
}

Test(program, looks_through_env_to_the_program_that_it_runs)
{
	const char *const lines[] = {"#!/usr/bin/env sh\n", "#!/usr/bin/env -S A=b sh -e\n",
				     "#!/usr/bin/env -S\tsh\n"};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct program program = inspected(scratch_file(lines[i], 0755), STATUS_OK);

		cr_assert_str_eq(strrchr(program.path, '/'), "/sh", "%s", lines[i]);
	}
}

Test(program, takes_env_for_the_program_when_what_env_runs_is_not_understood)
{
	char *path = scratch_file("#!/usr/bin/env -S -u NAME sh\n", 0755);

	cr_assert_str_eq(inspected(path, STATUS_OK).path, "/usr/bin/env");
}

Test(program, gives_a_script_without_interpreter_line_to_the_shell)
{
	struct program program = inspected(scratch_file("echo\n", 0755), STATUS_OK);

	cr_assert_str_eq(program.path, "/bin/sh");
	cr_assert(program.is_shell_text);
}

Test(program, refuses_a_script_for_a_statically_linked_interpreter)
{
	char *line = scratch_format("#!%s\n", scratch_subject("static_linked"));

	cr_assert_eq(inspected(scratch_file(line, 0755), STATUS_OK).kind, PROGRAM_STATIC);
}

Test(program, says_that_the_interpreter_of_a_script_is_missing)
{
	struct program program = inspected(scratch_file("#!/nonexistent/sh\n", 0755),
					   STATUS_NOT_FOUND);

	cr_assert_eq(program.kind, PROGRAM_MISSING);
	cr_assert_str_eq(program.path, "/nonexistent/sh");
}

Test(program, gives_up_on_a_script_that_is_its_own_interpreter)
{
	char *path = scratch_format("%s/loop", scratch_new());
	char *line = scratch_format("#!%s\n", path);

	scratch_write(path, line, strlen(line));
	cr_assert_eq(chmod(path, 0755), 0);
	cr_assert_eq(inspected(path, STATUS_UNREADABLE).kind, PROGRAM_SCRIPT_LOOP);
}

Test(program, cannot_tell_what_a_file_is_that_may_be_executed_but_not_read)
{
	char *path = scratch_format("%s/opaque", scratch_new());
	struct program program;

	scratch_copy("/bin/true", path, 0111);
	if (geteuid() == 0) /* root may read everything */
		cr_assert_eq(seteuid(OTHER_USER), 0);
	program = inspected(path, STATUS_OK);
	cr_assert_eq(program.kind, PROGRAM_OPAQUE);
	check_recordable(&program, true);
	if (getuid() == 0)
		cr_assert_eq(seteuid(0), 0);
}

/* A copy of true(1) with `mode`, owned by another user when we may give it away. */
static char *given_away(unsigned int mode)
{
	char *path = scratch_format("%s/true", scratch_new());

	scratch_copy("/bin/true", path, 0755);
	if (geteuid() == 0)
		cr_assert_eq(chown(path, OTHER_USER, OTHER_USER), 0);
	cr_assert_eq(chmod(path, mode), 0); /* chown(2) clears the bits */
	return path;
}

/* The loader's own word: LD_SHOW_AUXV is ignored in secure-execution mode, as ld.so(8) says. */
static void check_agrees_with_loader(const char *path)
{
	const struct command_options options = {.environment = COMMAND_LIST("LD_SHOW_AUXV=1")};
	struct command command;
	bool is_secure;

	command_run(&command, COMMAND_LIST(path), &options);
	cr_assert_eq(command.status, 0);
	is_secure = strstr(command.out, "AT_SECURE") == NULL;
	command_release(&command);
	cr_assert_eq(inspected(path, STATUS_OK).kind,
		     is_secure ? PROGRAM_PRIVILEGED : PROGRAM_DYNAMIC);
}

Test(program, agrees_with_the_loader_on_which_programs_gain_privileges)
{
	const unsigned int modes[] = {0755, 04755, 02755, 02705, 06755};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		check_agrees_with_loader(given_away(modes[i]));
}

Test(program, refuses_setuid_and_setgid_programs_of_another_user)
{
	struct program program = inspected(given_away(06755), STATUS_OK);

	cr_assert(program.is_setuid);
	cr_assert(program.is_setgid);
	/* Given away by root only; where /tmp is mounted nosuid the test above has the last word.
	 */
	if (geteuid() != 0)
		cr_assert_eq(program.kind, PROGRAM_DYNAMIC);
}

Test(program, can_record_a_setuid_program_of_the_same_user)
{
	char *path = scratch_format("%s/setuid", scratch_new());
	struct program program;

	scratch_copy("/bin/true", path, 0755);
	cr_assert_eq(chmod(path, 04755), 0);
	program = inspected(path, STATUS_OK);
	cr_assert(program.is_setuid);
	cr_assert_eq(program.kind, PROGRAM_DYNAMIC);
}

Test(program, takes_a_setgid_bit_without_group_execute_for_none)
{
	char *path = scratch_format("%s/setgid", scratch_new());

	scratch_copy("/bin/true", path, 0755);
	cr_assert_eq(chmod(path, 02705), 0);
	cr_assert_not(inspected(path, STATUS_OK).is_setgid);
}

Test(program, agrees_with_the_loader_after_no_new_privs)
{
	cr_assert_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	check_agrees_with_loader(given_away(04755));
}
