#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <limits.h>
#include <string.h>

#include "command.h"
#include "options.h"
#include "render.h"

/* argv is the parsers' to reorder. */
#define ARGUMENTS(...)                                                                             \
	char *argv[] = {"socklife command", __VA_ARGS__, NULL};                                    \
	int argc = (int)(sizeof argv / sizeof argv[0]) - 1

static const struct command command = {.name = "command", .synopsis = "X", .summary = "tries"};

TestSuite(options, .init = cr_redirect_stderr);

Test(options, of_run_end_where_the_program_begins)
{
	ARGUMENTS("-q", "-o", "dir", "ls", "-o", "--all");
	struct options_run options;

	options_parse_run(&command, argc, argv, &options);
	cr_expect(options.is_quiet);
	cr_expect_str_eq(options.directory, "dir");
	cr_expect_str_eq(options.program[0], "ls");
	cr_expect_str_eq(options.program[1], "-o");
	cr_expect_str_eq(options.program[2], "--all");
	cr_expect_null(options.program[3]);
	options_run_release(&options);
}

Test(options, of_run_end_at_two_dashes)
{
	ARGUMENTS("--", "-odd-name", "x");
	struct options_run options;

	options_parse_run(&command, argc, argv, &options);
	cr_expect_str_eq(options.program[0], "-odd-name");
	cr_expect_str_eq(options.directory, "socklife.out");
	cr_expect_eq(options.renderer, &renderer_text);
	cr_expect_null(options.track);
	options_run_release(&options);
}

Test(options, of_run_join_tracked_classes)
{
	ARGUMENTS("--track", "a.B=session", "--track=__main__.C", "true");
	struct options_run options;

	options_parse_run(&command, argc, argv, &options);
	cr_expect_str_eq(options.track, "a.B=session,__main__.C");
	options_run_release(&options);
}

static void run_refuses(char *option, char *value)
{
	char *argv[] = {"socklife run", option, value, "true", NULL};
	struct options_run options;

	options_parse_run(&command, 4, argv, &options);
}

Test(options, refuse_a_class_without_its_module, .exit_code = COMMAND_FAILED)
{
	run_refuses("--track", "Session");
}

Test(options, refuse_a_list_of_classes_in_one, .exit_code = COMMAND_FAILED)
{
	run_refuses("--track", "a.B,c.D");
}

Test(options, refuse_an_unknown_role, .exit_code = COMMAND_FAILED)
{
	run_refuses("--track", "a.B=boss");
}

Test(options, refuse_an_unknown_format, .exit_code = COMMAND_FAILED)
{
	run_refuses("--format", "xml");
}

Test(options, refuse_to_run_nothing, .exit_code = COMMAND_FAILED)
{
	ARGUMENTS("-q");
	struct options_run options;

	options_parse_run(&command, argc, argv, &options);
}

Test(options, of_report_may_stand_behind_the_trace)
{
	ARGUMENTS("dir", "--format=json", "--open", "--end", "closed", "--origin", "accept", "-o",
		  "out");
	struct options_report options;

	options_parse_report(&command, argc, argv, &options);
	cr_expect_str_eq(options.trace, "dir");
	cr_expect_str_eq(options.output, "out");
	cr_expect_eq(options.renderer, &renderer_json);
	cr_expect(options.selection.is_open_only);
	cr_expect_str_eq(options.selection.end, "closed");
	cr_expect_str_eq(options.selection.origin, "accept");
}

Test(options, of_report_have_a_default_trace)
{
	char *argv[] = {"socklife report", NULL};
	struct options_report options;

	options_parse_report(&command, 1, argv, &options);
	cr_expect_str_eq(options.trace, "socklife.out");
	cr_expect_null(options.output);
}

Test(options, of_report_ask_for_timelines_or_none)
{
	ARGUMENTS("--timeline");
	char *without[] = {"socklife report", "--no-timeline", NULL};
	struct options_report options;

	options_parse_report(&command, argc, argv, &options);
	cr_expect_eq(options.timelines, RENDER_TIMELINES_ALL);
	options_parse_report(&command, 2, without, &options);
	cr_expect_eq(options.timelines, RENDER_TIMELINES_NONE);
}

Test(options, refuse_an_end_that_does_not_exist, .exit_code = COMMAND_FAILED)
{
	ARGUMENTS("--end", "exploded");
	struct options_report options;

	options_parse_report(&command, argc, argv, &options);
}

Test(options, refuse_a_second_trace, .exit_code = COMMAND_FAILED)
{
	ARGUMENTS("one", "two");
	struct options_report options;

	options_parse_report(&command, argc, argv, &options);
}

Test(options, refuse_a_second_filter_of_a_kind, .exit_code = COMMAND_FAILED)
{
	ARGUMENTS("--peer", "a*", "--peer", "b*");
	struct options_report options;

	options_parse_report(&command, argc, argv, &options);
}

Test(options, take_an_id_apart)
{
	ARGUMENTS("s17", "dir");
	struct options_show options;

	options_parse_show(&command, argc, argv, &options);
	cr_expect_eq(options.kind, 's');
	cr_expect_eq(options.index, 16);
	cr_expect_str_eq(options.trace, "dir");
}

static void show_refuses(char *id)
{
	ARGUMENTS(id);
	struct options_show options;

	options_parse_show(&command, argc, argv, &options);
}

Test(options, refuse_an_id_of_no_kind, .exit_code = COMMAND_FAILED)
{
	show_refuses("x1");
}

Test(options, refuse_an_id_from_zero, .exit_code = COMMAND_FAILED)
{
	show_refuses("s0");
}

Test(options, refuse_an_id_that_is_too_large, .exit_code = COMMAND_FAILED)
{
	show_refuses("s4294967296");
}

Test(options, refuse_an_empty_id, .exit_code = COMMAND_FAILED)
{
	show_refuses("");
}

Test(options, refuse_letters_behind_an_id, .exit_code = COMMAND_FAILED)
{
	show_refuses("s1x");
}

/* argp has it, to be debugged by. */
Test(options, cannot_be_told_to_hang, .exit_code = COMMAND_FAILED)
{
	run_refuses("--H=1", "true");
}

Test(options, leave_somebody_elses_command_line_alone)
{
	ARGUMENTS("ls", "-l", "--help");
	struct options_plain options;

	options_parse_plain(&command, argc, argv, 1, INT_MAX, true, &options);
	cr_expect_eq(options.argument_count, 3);
	cr_expect_str_eq(options.arguments[1], "-l");
}

Test(options, allow_no_argument_where_none_is_needed)
{
	char *argv[] = {"socklife dump", NULL};
	struct options_plain options;

	options_parse_plain(&command, 1, argv, 0, 1, false, &options);
	cr_expect_eq(options.argument_count, 0);
	cr_expect_null(options.arguments[0]);
}

Test(options, refuse_too_few_arguments, .exit_code = COMMAND_FAILED)
{
	char *argv[] = {"socklife doctor", NULL};
	struct options_plain options;

	options_parse_plain(&command, 1, argv, 1, 1, false, &options);
}

Test(options, refuse_too_many_arguments, .exit_code = COMMAND_FAILED)
{
	ARGUMENTS("one", "two");
	struct options_plain options;

	options_parse_plain(&command, argc, argv, 0, 1, false, &options);
}
