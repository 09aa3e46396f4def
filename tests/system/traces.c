/* Traces that cannot be read: one clear line and status 2; a damaged one is never a crash. */
#include <glob.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(traces);

static void expect_unreadable(const char *trace)
{
	struct command command;

	command_run(&command,
		    COMMAND_LIST(scratch_built("socklife"), "report", trace, "--format", "json"),
		    NULL);
	cr_expect_eq(command.status, 2, "%s: status %d, signal %d", trace, command.status,
		     command.signal_number);
	command_expect_one_line(&command);
	cr_expect_str_eq(command.out, "");
	command_release(&command);
}

/* A trace of one process, of the program alone. */
static char *trace_make(struct subject *subject, const char **path, size_t *size_bytes)
{
	struct subject_options options = {.way = SUBJECT_PRELOAD};
	glob_t files;
	char *bytes;

	subject_run(subject, &options, COMMAND_LIST(scratch_subject("families"), "inet"));
	cr_assert_eq(glob(scratch_format("%s/*.trace", subject->trace), 0, NULL, &files), 0);
	*path = scratch_format("%s", files.gl_pathv[0]);
	globfree(&files);
	bytes = scratch_read(*path, size_bytes);
	cr_assert_not_null(bytes, "%s is not there", *path);
	return bytes;
}

Test(traces, no_trace_at_all)
{
	const char *directory = scratch_new();

	expect_unreadable(directory);
	expect_unreadable(scratch_format("%s/missing", directory));
}

Test(traces, an_empty_trace)
{
	const char *path = scratch_format("%s/1.0.trace", scratch_new());

	scratch_write(path, "", 0);
	expect_unreadable(path);
}

Test(traces, a_file_that_is_no_trace)
{
	expect_unreadable(scratch_source("Makefile"));
}

Test(traces, a_trace_of_a_newer_format)
{
	struct subject subject;
	const char *path;
	size_t size_bytes;
	char *bytes = trace_make(&subject, &path, &size_bytes);

	/* struct trace_file_header: the version stands behind the magic's 8 bytes. */
	bytes[8] = 99;
	scratch_write(path, bytes, size_bytes);
	expect_unreadable(path);
	subject_release(&subject);
}

Test(traces, a_trace_cut_in_its_header)
{
	struct subject subject;
	const char *path;
	size_t size_bytes;
	char *bytes = trace_make(&subject, &path, &size_bytes);

	scratch_write(path, bytes, 100);
	expect_unreadable(path);
	subject_release(&subject);
}

/* What stands before the cut is reported, and the report says that it is not all. */
Test(traces, a_trace_cut_in_its_records_is_reported_as_incomplete)
{
	struct subject subject;
	const char *path;
	size_t size_bytes;
	char *bytes = trace_make(&subject, &path, &size_bytes);
	const json_t *coverage;
	json_t *report;

	scratch_write(path, bytes, 900);
	report = subject_report_load(path);
	coverage = json_object_get(report, "coverage");
	cr_expect(json_is_false(json_object_get(coverage, "complete")), "%s", report_dump(report));
	cr_expect_gt(report_size(coverage, "notes"), 0);
	json_decref(report);
	subject_release(&subject);
}

/* Every byte turned over in turn, a stride apart: refused or reported, never a crash. */
Test(traces, a_corrupt_trace_is_refused_or_reported)
{
	struct subject subject;
	struct command command;
	const char *path;
	size_t size_bytes, offset;
	char *bytes = trace_make(&subject, &path, &size_bytes);

	for (offset = 0; offset < 4096 && offset < size_bytes; offset += 61) {
		bytes[offset] = (char)~bytes[offset];
		scratch_write(path, bytes, size_bytes);
		bytes[offset] = (char)~bytes[offset];
		command_run(
			&command,
			COMMAND_LIST(scratch_built("socklife"), "report", path, "--format", "json"),
			NULL);
		cr_expect(command.status == 0 || command.status == 2,
			  "byte %zu: status %d, signal %d", offset, command.status,
			  command.signal_number);
		if (command.status == 2)
			command_expect_one_line(&command);
		command_release(&command);
	}
	subject_release(&subject);
}

/* What `run` keeps of the command is readable, but it tells of no socket. */
Test(traces, a_recording_whose_only_trace_cannot_be_read)
{
	struct subject_options options = {.way = SUBJECT_RUN, .is_unreported = true};
	struct subject subject;
	const char *path;
	size_t size_bytes;
	glob_t files;
	char *bytes;

	subject_run(&subject, &options, COMMAND_LIST(scratch_subject("families"), "inet"));
	cr_assert_eq(glob(scratch_format("%s/[0-9]*.trace", subject.trace), 0, NULL, &files), 0);
	path = scratch_format("%s", files.gl_pathv[0]);
	globfree(&files);
	bytes = scratch_read(path, &size_bytes);
	cr_assert_not_null(bytes);
	bytes[8] = 99;
	scratch_write(path, bytes, size_bytes);
	expect_unreadable(subject.trace);
	scratch_write(path, bytes, 100);
	expect_unreadable(subject.trace);
	subject_release(&subject);
}

/* Its process was killed before it could write a header: the recording has a gap. */
Test(traces, a_recording_whose_only_trace_was_never_begun)
{
	static const char zeros[256];
	struct subject_options options = {.way = SUBJECT_RUN, .is_unreported = true};
	struct subject subject;
	json_t *report;

	subject_run(&subject, &options, COMMAND_LIST("true"));
	for (size_t size_bytes = 0; size_bytes <= sizeof(zeros); size_bytes += sizeof(zeros)) {
		scratch_write(scratch_format("%s/1.0.trace", subject.trace), zeros, size_bytes);
		report = subject_report_load(subject.trace);
		cr_expect(json_is_false(
				  json_object_get(json_object_get(report, "coverage"), "complete")),
			  "%s", report_dump(report));
		json_decref(report);
	}
	subject_release(&subject);
}
