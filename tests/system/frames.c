/* Call stacks: the program's own functions with file and line, innermost first. */
#include <string.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(frames);

static void expect_frame(const struct subject *subject, const json_t *socket, const char *key,
			 const char *function, const char *line_fact)
{
	const json_t *frame = report_frame(socket, key, function);
	const char *file = report_text(frame, "file");

	cr_expect_str_eq(report_text(frame, "kind"), "native");
	cr_assert_not_null(file, "%s", report_dump(frame));
	cr_expect_not_null(strstr(file, "tests/subjects/frames.c"), "%s", file);
	cr_expect_eq(report_number(frame, "line"), subject_fact(subject, line_fact), "%s",
		     report_dump(frame));
	cr_expect_not_null(strstr(report_text(frame, "module"), "tests/subjects/frames"));
}

Test(frames, the_programs_functions_stand_with_file_and_line)
{
	struct subject subject;
	const json_t *socket;

	subject_record(&subject, "frames", NULL);
	socket = report_fd(subject.report, 0, subject_fact(&subject, "client"), 0);
	cr_assert_not_null(socket);
	expect_frame(&subject, socket, "opened_at", "frame_inner", "inner_line");
	expect_frame(&subject, socket, "opened_at", "frame_middle", "middle_line");
	expect_frame(&subject, socket, "closed_at", "frame_closing", "closing_line");
	cr_expect_eq(report_frame_depth(socket, "opened_at", "client_open"), 0,
		     "innermost is the function that called socket() or connect(): %s",
		     report_dump(socket));
	cr_expect_lt(report_frame_depth(socket, "opened_at", "frame_inner"),
		     report_frame_depth(socket, "opened_at", "frame_middle"));
	cr_expect_lt(report_frame_depth(socket, "opened_at", "frame_middle"),
		     report_frame_depth(socket, "opened_at", "main"));
	cr_expect_eq(report_frame_depth(socket, "closed_at", "frame_closing"), 0);
	subject_release(&subject);
}

/* The module is gone when the report is made, and its addresses were its own while it was there. */
Test(frames, functions_of_an_unloaded_plugin_are_named)
{
	struct subject subject;
	const json_t *socket, *frame;

	subject_record(&subject, "plugged", scratch_subject("libplugged.so"));
	socket = report_fd(subject.report, 0, subject_fact(&subject, "client"), 0);
	cr_assert_not_null(socket, "%s", report_dump(subject.report));
	cr_expect_eq(report_number(socket, "bytes_sent"), 19);
	frame = report_frame(socket, "opened_at", "plugin_connect");
	cr_expect_not_null(strstr(report_text(frame, "module"), "libplugged.so"));
	subject_release(&subject);
}

/* Python carries the bytes of such a path as lone surrogates, which have no UTF-8. */
Test(frames, a_python_file_with_any_bytes_in_its_name_is_named)
{
	static const char program[] = "import socket\n"
				      "def make():\n"
				      "    return socket.socketpair()\n"
				      "make()\n";
	const struct subject_options options = {.way = SUBJECT_RUN};
	const char *path = scratch_format("%s/name\xfe\n.py", scratch_new());
	const json_t *frame;
	struct subject subject;

	scratch_write(path, program, sizeof(program) - 1);
	subject_run(&subject, &options, COMMAND_LIST("/usr/bin/python3", path));
	cr_assert_eq(subject.command.status, 0, "%s", subject.command.err);
	frame = report_frame(json_array_get(json_object_get(subject.report, "sockets"), 0),
			     "opened_at", "make");
	cr_expect_eq(report_number(frame, "line"), 3);
	cr_expect_not_null(strstr(report_text(frame, "file"), "/name\\xfe\n.py"), "%s",
			   report_dump(frame));
	subject_release(&subject);
}
