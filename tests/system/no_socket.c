/* A program that opens no socket is told so, and pays nothing. */
#include <string.h>

#include "comparison.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(no_socket);

Test(no_socket, costs_no_unwinder_and_no_file)
{
	struct subject_options options = {.way = SUBJECT_PRELOAD, .is_unreported = true};
	struct subject subject;

	subject_run(&subject, &options, COMMAND_LIST(scratch_subject("no_socket")));
	cr_expect_eq(subject.command.status, 0);
	cr_assert_not_null(strstr(subject.command.out, "libsocklife.so"), "it was not preloaded");
	cr_expect_null(strstr(subject.command.out, "libunwind"), "%s", subject.command.out);
	cr_expect_null(strstr(subject.command.out, ".trace"), "%s", subject.command.out);
	cr_expect_null(scratch_read(subject.trace, NULL), "%s is there", subject.trace);
	subject_release(&subject);
}

Test(no_socket, has_an_empty_report)
{
	struct subject subject;

	subject_record(&subject, "no_socket", NULL);
	cr_expect_eq(report_size(subject.report, "sockets"), 0);
	cr_expect_eq(report_number(json_object_get(subject.report, "totals"), "sockets"), 0);
	subject_release(&subject);
}

Test(no_socket, is_told_in_one_line)
{
	struct command_options options = {.directory = scratch_new()};
	struct command command;
	const char *end;

	command_run(&command,
		    COMMAND_LIST(scratch_built("socklife"), "run", "-o", "trace", "--", "true"),
		    &options);
	cr_expect_eq(command.status, 0);
	cr_expect_str_eq(command.out, "");
	end = strchr(command.err, '\n');
	cr_expect(end != NULL && end[1] == '\0', "%s", command.err);
	cr_expect_not_null(strstr(command.err, "no socket"), "%s", command.err);
	command_release(&command);
}
