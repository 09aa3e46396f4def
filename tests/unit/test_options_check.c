#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "options.h"
#include "options_diff.h"
#include "render_check.h"
#include "scratch.h"

/* argv is the parsers' to reorder. */
#define ARGUMENTS(...)                                                                             \
	char *argv[] = {"socklife command", __VA_ARGS__, NULL};                                    \
	int argc = (int)(sizeof argv / sizeof argv[0]) - 1

static const struct command command = {.name = "command", .synopsis = "X", .summary = "tries"};

TestSuite(options_check, .init = cr_redirect_stderr, .fini = scratch_remove_all);

static const char *ini(const char *text)
{
	const char *path = scratch_format("%s/x.ini", scratch_new());

	scratch_write(path, text, strlen(text));
	return path;
}

Test(options_check, have_the_last_word_over_the_configuration)
{
	ARGUMENTS("dir", "--max-open", "3", "--config",
		  (char *)ini("[check]\nmax-open = 9\nmax-leaked = 1\n"));
	struct options_check options;

	options_parse_check(&command, argc, argv, &options);
	cr_expect_str_eq(options.trace, "dir");
	cr_expect_eq(options.policy.max_open, 3);
	cr_expect_eq(options.policy.max_leaked, 1);
	cr_expect_eq(options.renderer, &check_renderer_text);
	options_check_release(&options);
}

Test(options_check, choose_a_format)
{
	ARGUMENTS("--format=sarif", "-o", "out");
	struct options_check options;

	options_parse_check(&command, argc, argv, &options);
	cr_expect_eq(options.renderer, &check_renderer_sarif);
	cr_expect_str_eq(options.output, "out");
	options_check_release(&options);
}

static void refuses(char *option, char *value)
{
	char *argv[] = {"socklife check", option, value, NULL};
	struct options_check options;

	options_parse_check(&command, 3, argv, &options);
}

Test(options_check, refuse_a_value_that_cannot_be, .exit_code = COMMAND_FAILED)
{
	refuses("--max-open", "many");
}

Test(options_check, refuse_an_unknown_format, .exit_code = COMMAND_FAILED)
{
	refuses("--format", "xml");
}

Test(options_check, refuse_a_configuration_that_is_not_there, .exit_code = COMMAND_FAILED)
{
	refuses("--config", "/nowhere/at-all.ini");
}

Test(options_check, refuse_a_configuration_that_is_wrong, .exit_code = COMMAND_FAILED)
{
	refuses("--config", (char *)ini("[check]\nmax-open = x\n"));
}

/* argp has it, to be debugged by. */
Test(options_check, cannot_be_told_to_hang, .exit_code = COMMAND_FAILED)
{
	refuses("--H=1", "dir");
}

Test(options_check, refuse_to_update_no_baseline, .exit_code = COMMAND_FAILED)
{
	refuses("--update-baseline", "dir");
}

Test(options_check, of_run_are_those_of_check)
{
	ARGUMENTS("--check", "--max-open=2", "--format", "summary", "--", "ls", "--max-open=5");
	struct options_run options;

	options_parse_run(&command, argc, argv, &options);
	cr_expect(options.is_check);
	cr_expect_eq(options.check.policy.max_open, 2);
	cr_expect_eq(options.check.renderer, &check_renderer_summary);
	cr_expect_str_eq(options.program[0], "ls");
	options_run_release(&options);
}

Test(options_check, of_run_need_a_check, .exit_code = COMMAND_FAILED)
{
	ARGUMENTS("--max-open=2", "ls");
	struct options_run options;

	options_parse_run(&command, argc, argv, &options);
}

Test(options_check, of_a_run_without_a_check_are_not_read_from_a_file)
{
	const char *directory = scratch_new();
	ARGUMENTS("ls");
	struct options_run options;

	scratch_write(scratch_format("%s/socklife.ini", directory), "nonsense", 8);
	cr_assert_eq(chdir(directory), 0);
	options_parse_run(&command, argc, argv, &options);
	cr_expect_not(options.is_check);
	options_run_release(&options);
}

Test(options_check, of_diff_name_two_traces)
{
	ARGUMENTS("a", "--fail-on-new", "b");
	struct options_diff options;

	options_parse_diff(&command, argc, argv, &options);
	cr_expect_str_eq(options.traces[DIFF_OLD], "a");
	cr_expect_str_eq(options.traces[DIFF_NEW], "b");
	cr_expect(options.fail_on_new);
	cr_expect_eq(options.render, render_diff_text);
}

static void diff_refuses(char *first, char *second, char *third)
{
	char *argv[] = {"socklife diff", first, second, third, NULL};
	struct options_diff options;

	options_parse_diff(&command, third != NULL ? 4 : 2, argv, &options);
}

Test(options_check, of_diff_refuse_one_trace, .exit_code = COMMAND_FAILED)
{
	diff_refuses("a", NULL, NULL);
}

Test(options_check, of_diff_refuse_three_traces, .exit_code = COMMAND_FAILED)
{
	diff_refuses("a", "b", "c");
}

static void refuses_twice(char *option)
{
	char *argv[] = {"socklife check", option, "one", option, "two", NULL};
	struct options_check options;

	options_parse_check(&command, 5, argv, &options);
}

Test(options_check, refuse_a_second_file_of_suppressions, .exit_code = COMMAND_FAILED)
{
	refuses_twice("--suppressions");
}

Test(options_check, refuse_a_second_baseline, .exit_code = COMMAND_FAILED)
{
	refuses_twice("--baseline");
}

Test(options_check, name_another_file_than_the_configuration)
{
	ARGUMENTS("--baseline", "two", "--config", (char *)ini("[check]\nbaseline = one\n"));
	struct options_check options;

	options_parse_check(&command, argc, argv, &options);
	cr_expect_str_eq(options.policy.baseline_path, "two");
	options_check_release(&options);
}
