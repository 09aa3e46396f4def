/* Calls that go past the hooks, or nearly: seen after all, or said to be unseen. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(entry_hidden);

static const json_t *coverage_of(const struct subject *subject)
{
	return json_object_get(subject->report, "coverage");
}

static bool is_complete(const struct subject *subject)
{
	return json_is_true(json_object_get(coverage_of(subject), "complete"));
}

static bool has_note(const struct subject *subject, const char *words)
{
	const json_t *notes = json_object_get(coverage_of(subject), "notes");
	size_t index;
	json_t *note;

	json_array_foreach(notes, index, note)
	{
		if (strstr(json_string_value(note), words) != NULL)
			return true;
	}
	return false;
}

Test(entry_hidden, functions_found_by_dlsym_are_recorded)
{
	struct subject subject;
	const json_t *client;

	subject_record(&subject, "entry_hidden", "by-handle");
	client = report_fd(subject.report, 0, subject_fact(&subject, "client"), 0);
	cr_assert_not_null(client, "%s", report_dump(subject.report));
	cr_expect(report_is(client, "origin", "connect"));
	cr_expect(report_is(client, "end", "closed"));
	cr_expect(is_complete(&subject));
	subject_release(&subject);
}

Test(entry_hidden, functions_found_by_ctypes_are_recorded)
{
	static const char program[] = "import ctypes\n"
				      "libc = ctypes.CDLL('libc.so.6')\n"
				      "fd = libc.socket(2, 1, 0)\n"
				      "print('client=%d' % fd)\n"
				      "libc.close(fd)\n";
	struct subject subject;
	const struct subject_options options = {.way = SUBJECT_RUN};
	const json_t *client;

	subject_run(&subject, &options, COMMAND_LIST("/usr/bin/python3", "-c", program));
	client = report_fd(subject.report, 0, subject_fact(&subject, "client"), 0);
	cr_assert_not_null(client, "%s", report_dump(subject.report));
	cr_expect(report_is(client, "end", "closed"), "%s", report_dump(client));
	subject_release(&subject);
}

/* Its calls are libc's own until dlsym() is asked for what it has. */
Test(entry_hidden, a_deep_bound_library_is_recorded)
{
	struct subject subject;
	const json_t *client;

	subject_record(&subject, "entry_hidden", "deep-bound");
	cr_expect(is_complete(&subject), "%s", report_dump(subject.report));
	cr_expect_eq(report_size(subject.report, "sockets"), 2);
	client = report_fd(subject.report, 0, subject_fact(&subject, "client"), 0);
	cr_assert_not_null(client);
	cr_expect(report_is(client, "origin", "connect"), "%s", report_dump(client));
	cr_expect(report_is(client, "end", "exit"));
	cr_expect_gt(report_size(client, "opened_at"), 0);
	subject_release(&subject);
	subject_record(&subject, "entry_hidden", "deep-bound-lazily");
	cr_expect(is_complete(&subject), "%s", report_dump(subject.report));
	client = report_fd(subject.report, 0, subject_fact(&subject, "client"), 0);
	cr_assert_not_null(client);
	cr_expect(report_is(client, "origin", "connect"), "%s", report_dump(client));
	subject_release(&subject);
}

/* What such a library does is not known when nobody has looked at it. */
Test(entry_hidden, a_deep_bound_library_may_be_a_gap)
{
	struct subject subject;

	subject_record(&subject, "entry_hidden", "deep-unasked");
	cr_expect_not(is_complete(&subject));
	cr_expect(has_note(&subject, "RTLD_DEEPBIND"), "%s", report_dump(subject.report));
	subject_release(&subject);
}

/* Kernels and containers may forbid rings: then there is none to be found. */
Test(entry_hidden, a_ring_is_a_gap)
{
	struct subject subject;

	subject_record(&subject, "entry_hidden", "ring");
	cr_expect_eq(is_complete(&subject), subject_fact(&subject, "ring") < 0);
	cr_expect_eq(has_note(&subject, "io_uring"), subject_fact(&subject, "ring") >= 0, "%s",
		     report_dump(subject.report));
	subject_release(&subject);
}

/* libc loads libnss_NAME.so.2 for a service NAME of nsswitch.conf(5). */
Test(entry_hidden, sockets_of_a_name_service_are_no_ones_connections)
{
	struct subject subject;
	const char *directory = scratch_new();
	const char *module = scratch_format("%s/libnss_entry.so.2", directory);
	const char *path = scratch_format("LD_LIBRARY_PATH=%s", directory);
	const struct subject_options options = {.way = SUBJECT_RUN,
						.command.environment = COMMAND_LIST(path),
						.is_unreported = true};
	struct command report;

	scratch_copy(scratch_subject("libentry.so"), module, 0755);
	subject_run(&subject, &options, COMMAND_LIST(scratch_subject("entry_hidden"), "looked-up"));
	cr_expect_eq(subject.command.status, 0, "%s", subject.command.err);
	command_run(&report, COMMAND_LIST(scratch_built("socklife"), "dump", subject.trace), NULL);
	/* one for each of two questions, and more if libc asks for a second family */
	cr_expect_not_null(strstr(report.out, "family=unix"), "%s", report.out);
	for (const char *at = report.out; (at = strstr(at, " SOCKET ")) != NULL; at++) {
		bool is_unix = strstr(at, "family=") == strstr(at, "family=unix");
		bool is_bracketed = strstr(at, "flags=") == strstr(at, "flags=0x200");

		cr_expect_eq(is_unix, is_bracketed, "%.400s", at);
	}
	cr_expect_not_null(strstr(report.out, "name=\"entry.example\""), "%s", report.out);
	cr_expect_not_null(strstr(report.out, "name=\"other.example\""), "%s", report.out);
	command_release(&report);
	subject_release(&subject);
}
