/* Traffic that is none, that ends one way only, or that goes past the hooks. */
#include <string.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(entry_traffic);

static const json_t *socket_of(const struct subject *subject, const char *fact)
{
	const json_t *socket = report_fd(subject->report, 0, subject_fact(subject, fact), 0);

	cr_assert_not_null(socket, "%s", report_dump(subject->report));
	return socket;
}

static void expect_moved(const json_t *socket, int sent, int received)
{
	cr_expect_eq(report_number(socket, "bytes_sent"), sent, "%s", report_dump(socket));
	cr_expect_eq(report_number(socket, "bytes_received"), received, "%s", report_dump(socket));
}

Test(entry_traffic, a_peek_is_no_receive)
{
	struct subject subject;

	subject_record(&subject, "entry_traffic", "peek");
	expect_moved(socket_of(&subject, "client"), 100, 0);
	expect_moved(socket_of(&subject, "server"), 0, 100);
	subject_release(&subject);
}

Test(entry_traffic, each_direction_ends_by_itself)
{
	struct subject subject;

	subject_record(&subject, "entry_traffic", "half-closes");
	expect_moved(socket_of(&subject, "client"), 70, 80);
	expect_moved(socket_of(&subject, "server"), 80, 70);
	cr_expect_not(report_is_null(socket_of(&subject, "client"), "peer_closed"));
	cr_expect_not(report_is_null(socket_of(&subject, "server"), "peer_closed"));
	cr_expect(report_is_null(socket_of(&subject, "client"), "error"));
	cr_expect(report_is_null(socket_of(&subject, "server"), "error"));
	subject_release(&subject);
}

Test(entry_traffic, a_reset_breaks_the_peers_side)
{
	struct subject subject;
	const json_t *server;

	subject_record(&subject, "entry_traffic", "reset");
	server = socket_of(&subject, "server");
	expect_moved(socket_of(&subject, "client"), 5, 0);
	expect_moved(server, 0, 5);
	cr_expect(report_is(server, "error", "ECONNRESET"), "%s", report_dump(server));
	cr_expect(report_is_null(socket_of(&subject, "client"), "error"));
	subject_release(&subject);
}

/* Many messages in one call count as one call. */
Test(entry_traffic, datagrams_in_one_call)
{
	struct subject subject;

	subject_record(&subject, "entry_traffic", "many-datagrams");
	expect_moved(socket_of(&subject, "sender"), 17, 0);
	expect_moved(socket_of(&subject, "receiver"), 0, 17);
	cr_expect_eq(report_number(socket_of(&subject, "sender"), "sends"), 1);
	cr_expect_eq(report_number(socket_of(&subject, "receiver"), "receives"), 1);
	subject_release(&subject);
}

static const json_t *coverage_of(const struct subject *subject)
{
	return json_object_get(subject->report, "coverage");
}

static void expect_complete(const struct subject *subject, bool is_complete)
{
	cr_expect_eq(json_is_true(json_object_get(coverage_of(subject), "complete")), is_complete,
		     "%s", report_dump(coverage_of(subject)));
}

static void expect_note(const struct subject *subject, size_t nth, const char *words)
{
	const json_t *notes = json_object_get(coverage_of(subject), "notes");

	cr_assert_gt(json_array_size(notes), nth, "%s", report_dump(coverage_of(subject)));
	cr_expect_not_null(strstr(json_string_value(json_array_get(notes, nth)), words), "%s",
			   report_dump(notes));
}

/* What goes past libc no hook sees, but the kernel counts. */
Test(entry_traffic, bytes_past_the_hooks_are_a_gap)
{
	struct subject subject;

	subject_record(&subject, "entry_traffic", "past-the-hooks");
	expect_complete(&subject, false);
	expect_note(&subject, 0, "300 bytes sent on socket");
	expect_note(&subject, 1, "40 bytes received on socket");
	expect_moved(socket_of(&subject, "client"), 300, 40);
	cr_expect_eq(report_count(subject.report, "findings", "rule", "never-used"), 0);
	subject_release(&subject);
}

/* stdio is expected to: it is told, and the bytes are the kernel's. */
Test(entry_traffic, bytes_of_a_stream_are_no_gap)
{
	struct subject subject;

	subject_record(&subject, "entry_traffic", "by-stdio");
	expect_complete(&subject, true);
	expect_note(&subject, 0, "2100 bytes sent on socket");
	expect_moved(socket_of(&subject, "client"), 2100, 0);
	expect_moved(socket_of(&subject, "server"), 0, 2100);
	subject_release(&subject);
}

Test(entry_traffic, bytes_that_a_stream_receives_are_no_gap)
{
	struct subject subject;

	subject_record(&subject, "entry_traffic", "read-by-stdio");
	/* the five that came later lay unread */
	expect_complete(&subject, true);
	expect_note(&subject, 0, "26 bytes received on socket");
	expect_moved(socket_of(&subject, "client"), 0, 26);
	subject_release(&subject);
}

Test(entry_traffic, a_stream_on_a_unix_socket_is_told)
{
	struct subject subject;

	subject_record(&subject, "entry_traffic", "pair-by-stdio");
	expect_complete(&subject, true);
	expect_note(&subject, 0, "what it moved is not counted");
	subject_release(&subject);
}

Test(entry_traffic, a_socket_as_stdout_has_a_stream)
{
	struct subject subject;

	subject_record(&subject, "entry_traffic", "as-stdout");
	expect_complete(&subject, true);
	expect_note(&subject, 0, "12 bytes sent on socket");
	expect_moved(socket_of(&subject, "client"), 12, 0);
	cr_expect(report_is(socket_of(&subject, "client"), "end", "closed"));
	subject_release(&subject);
}

Test(entry_traffic, what_dprintf_writes_is_counted)
{
	struct subject subject;

	subject_record(&subject, "entry_traffic", "printed");
	expect_complete(&subject, true);
	expect_moved(socket_of(&subject, "client"), 7, 0);
	cr_expect_eq(report_number(socket_of(&subject, "client"), "sends"), 1);
	subject_release(&subject);
}

Test(entry_traffic, what_a_stream_writes_when_it_is_closed_is_counted)
{
	struct subject subject;

	subject_record(&subject, "entry_traffic", "by-stdio-at-close");
	cr_expect(json_is_true(json_object_get(coverage_of(&subject), "complete")), "%s",
		  report_dump(coverage_of(&subject)));
	expect_moved(socket_of(&subject, "client"), 11, 0);
	subject_release(&subject);
}

Test(entry_traffic, a_single_byte_that_lies_unread_is_no_gap)
{
	struct subject subject;

	subject_record(&subject, "entry_traffic", "one-unread");
	cr_expect(json_is_true(json_object_get(coverage_of(&subject), "complete")), "%s",
		  report_dump(coverage_of(&subject)));
	expect_moved(socket_of(&subject, "client"), 0, 0);
	subject_release(&subject);
}

Test(entry_traffic, what_lies_unread_at_the_close_is_no_gap)
{
	struct subject subject;
	struct command dump;

	subject_record(&subject, "entry_traffic", "unread");
	cr_expect(json_is_true(json_object_get(coverage_of(&subject), "complete")), "%s",
		  report_dump(coverage_of(&subject)));
	expect_moved(socket_of(&subject, "client"), 0, 100);
	command_run(&dump, COMMAND_LIST(scratch_built("socklife"), "dump", subject.trace), NULL);
	cr_expect_not_null(strstr(dump.out, "what=unread"), "%s", dump.out);
	cr_expect_not_null(strstr(dump.out, "value=200"), "%s", dump.out);
	command_release(&dump);
	subject_release(&subject);
}
