/* Output that goes nowhere: a report that was not written must not pass for one that was. */
#include <string.h>

#include "fixture.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(output);

static void expect_failed(const char *directory, const char *redirection, const char *arguments)
{
	const struct command_options options = {.directory = directory};
	struct command command;

	command_run(&command,
		    COMMAND_LIST("bash", "-c",
				 scratch_format("exec \"$1\" %s %s", arguments, redirection),
				 "bash", scratch_built("socklife")),
		    &options);
	cr_expect_eq(command.status, 2, "%s %s: status %d, signal %d", arguments, redirection,
		     command.status, command.signal_number);
	command_expect_one_line(&command);
	command_release(&command);
}

Test(output, that_cannot_be_written_fails_every_command)
{
	const char *const commands[] = {"report trace",  "report --format json trace",
					"show s1 trace", "dump trace",
					"check trace",   "diff trace trace",
					"doctor true",   "explain leaked",
					"--help",        "--version"};
	struct subject subject;

	subject_record(&subject, "families", "inet");
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		expect_failed(subject.directory, ">&-", commands[i]);
		expect_failed(subject.directory, ">/dev/full", commands[i]);
	}
	expect_failed(subject.directory, "", "report -o /dev/full trace");
	expect_failed(subject.directory, "", "report -o /nonexistent/report trace");
	subject_release(&subject);
}

/* What run says goes to a closed stderr then, and not into the file that has its number. */
Test(output, of_run_without_standard_streams_leaves_the_trace_whole)
{
	const struct command_options options = {.directory = scratch_new()};
	struct command command;
	json_t *report;

	command_run(&command,
		    COMMAND_LIST("bash", "-c", "exec \"$@\" <&- >&- 2>&-", "bash",
				 scratch_built("socklife"), "run", "-o", "trace", "--",
				 "/usr/bin/python3", "-c",
				 "import socket; pair = socket.socketpair()"),
		    &options);
	cr_expect_eq(command.status, 0, "status %d", command.status);
	command_release(&command);
	report = subject_report_load(scratch_format("%s/trace", options.directory));
	cr_expect(json_is_true(json_object_get(json_object_get(report, "coverage"), "complete")));
	cr_expect_gt(json_array_size(json_object_get(report, "sockets")), 0);
	json_decref(report);
}

static void expect_escaped(const char *command_name, const char *argument, const char *told)
{
	const char *expected = scratch_format("%s\nTry `socklife %s --help'", told, command_name);
	struct command command;

	command_run(&command, COMMAND_LIST(scratch_built("socklife"), command_name, argument),
		    NULL);
	cr_expect_eq(command.status, 2);
	cr_expect_eq(strncmp(command.err, expected, strlen(expected)), 0, "%s", command.err);
	command_release(&command);
}

Test(output, of_wrong_usage_shows_arguments_without_control_characters)
{
	expect_escaped("report", "--no\033[31m\nsuch",
		       "socklife report: unrecognized option '--no\\x1b[31m\\x0asuch'");
	expect_escaped(
		"show", "s1\r\033]0;x\a",
		"socklife show: 's1\\x0d\\x1b]0;x\\x07' is no id: a socket is s1, an object o1, "
		"a process p1");
	expect_escaped("report", "--format=\033\n",
		       "socklife report: there is no format '\\x1b\\x0a'; it is one of text, json");
}
