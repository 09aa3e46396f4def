/* A program finds the world as it is without socklife. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "comparison.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(transparency);

static void ending_check(const struct command_options *command, int status, int signal_number,
			 const char *const argv[])
{
	struct subject_options options = {.way = SUBJECT_BARE};
	struct subject bare, recorded;

	if (command != NULL)
		options.command = *command;
	subject_run(&bare, &options, argv);
	cr_assert_eq(bare.command.status, status, "%s", bare.command.err);
	cr_assert_eq(bare.command.signal_number, signal_number);
	options.way = SUBJECT_RUN;
	subject_run(&recorded, &options, argv);
	comparison_expect_same(&bare.command, &recorded.command, false);
	subject_release(&recorded);
	subject_release(&bare);
}

static void same_check(const struct command_options *command, const char *const argv[])
{
	ending_check(command, 0, 0, argv);
}

Test(transparency, results_and_errno_are_the_same)
{
	same_check(NULL, COMMAND_LIST(scratch_subject("errnos")));
}

Test(transparency, the_environment_is_the_same)
{
	const char *directory = scratch_new();
	struct command_options options = {.directory = directory};

	same_check(&options, COMMAND_LIST("env"));
	same_check(&options, COMMAND_LIST("sh", "-c", "env"));
	same_check(&options, COMMAND_LIST("/usr/bin/python3", "-c",
					  "import os; print(sorted(os.environ.items()))"));
}

/* Even when the user preloads something already, and children see it. */
Test(transparency, the_users_own_preload_stays)
{
	const char *directory = scratch_new();
	struct command_options options = {.directory = directory};
	const char *plugin = scratch_format("LD_PRELOAD=%s", scratch_subject("libplugged.so"));

	options.environment = COMMAND_LIST(plugin, "SOCKLIFE_TEST=mine");
	same_check(&options, COMMAND_LIST("env"));
	same_check(&options, COMMAND_LIST("sh", "-c", "grep -c libplugged /proc/self/maps"));
}

Test(transparency, stdin_goes_to_the_program)
{
	const char *input = scratch_format("%s/input", scratch_new());
	struct command_options options = {.input = input};

	scratch_write(input, "line one\nline two\n", 18);
	same_check(&options, COMMAND_LIST("cat"));
}

Test(transparency, arguments_go_to_the_program)
{
	same_check(NULL, COMMAND_LIST("printf", "[%s]\n", "--help", "-o", "--", "a b", "", "\t"));
}

Test(transparency, a_program_that_reads_its_own_descriptors_finds_the_same)
{
	same_check(NULL, COMMAND_LIST("ls", "/proc/self/fd"));
}

Test(transparency, the_statuses_of_programs_are_the_same)
{
	ending_check(NULL, 1, 0, COMMAND_LIST("false"));
	ending_check(NULL, 255, 0, COMMAND_LIST("sh", "-c", "exit 255"));
	ending_check(NULL, -1, SIGINT, COMMAND_LIST("sh", "-c", "kill -INT $$"));
	ending_check(NULL, -1, SIGPIPE, COMMAND_LIST("sh", "-c", "kill -PIPE $$"));
}
