/* Connects that are given up, time out, or hide behind a send. */
#include "fixture.h"
#include "report.h"
#include "subject.h"

FIXTURE_SUITE(entry_connects);

static const json_t *client_record(struct subject *subject, const char *scenario)
{
	const json_t *client;

	subject_record(subject, "entry_connects", scenario);
	client = report_fd(subject->report, 0, subject_fact(subject, "client"), 0);
	cr_assert_not_null(client, "%s", report_dump(subject->report));
	cr_expect(report_is(client, "end", "closed"), "%s", report_dump(client));
	return client;
}

Test(entry_connects, one_that_times_out_is_told)
{
	struct subject subject;
	const json_t *client = client_record(&subject, "timed-out");

	cr_expect(report_is(client, "connect_error", "ETIMEDOUT"), "%s", report_dump(client));
	cr_expect(report_is_null(client, "connected"));
	subject_release(&subject);
}

/* Nobody will ever know what would have become of it. */
Test(entry_connects, one_that_is_abandoned_stays_undecided)
{
	struct subject subject;
	const json_t *client = client_record(&subject, "abandoned");

	cr_expect(report_is(client, "connect_error", "EINPROGRESS"), "%s", report_dump(client));
	cr_expect(report_is(client, "tcp_state", "SYN_SENT"), "%s", report_dump(client));
	cr_expect(report_is_null(client, "connected"));
	subject_release(&subject);
}

Test(entry_connects, close_finds_out_what_nobody_asked)
{
	struct subject subject;
	const json_t *client = client_record(&subject, "unasked");

	cr_expect_not(report_is_null(client, "connected"), "%s", report_dump(client));
	cr_expect(report_is_null(client, "connect_error"));
	subject_release(&subject);
}

static void expect_fast(const struct subject *subject, const char *fact)
{
	const json_t *client = report_local(subject->report, 0, subject_fact_text(subject, fact));

	cr_expect_not(report_is_null(client, "connected"), "%s", report_dump(client));
	cr_expect_not(report_is_null(client, "peer"), "%s", report_dump(client));
	cr_expect_eq(report_number(client, "bytes_sent"), 9);
	cr_expect_eq(report_number(client, "sends"), 1);
}

Test(entry_connects, a_send_that_connects_is_a_connect)
{
	struct subject subject;

	subject_record(&subject, "entry_connects", "fast-open");
	expect_fast(&subject, "first_local");
	expect_fast(&subject, "second_local");
	subject_release(&subject);
}

Test(entry_connects, a_send_that_is_to_connect_may_be_refused)
{
	struct subject subject;
	const json_t *client = client_record(&subject, "fast-open-refused");

	cr_expect_eq(subject_fact(&subject, "refused"), 1);
	cr_expect(report_is(client, "connect_error", "ECONNREFUSED"), "%s", report_dump(client));
	cr_expect_eq(report_number(client, "bytes_sent"), 0, "%s", report_dump(client));
	subject_release(&subject);
}

Test(entry_connects, a_connect_that_waits_for_a_send_is_a_connect)
{
	struct subject subject;

	subject_record(&subject, "entry_connects", "fast-open-connect");
	expect_fast(&subject, "first_local");
	subject_release(&subject);
}

Test(entry_connects, a_refused_datagram_is_told)
{
	struct subject subject;
	const json_t *client = client_record(&subject, "datagram-refused");

	cr_expect(report_is(client, "error", "ECONNREFUSED"), "%s", report_dump(client));
	cr_expect(report_is(client, "type", "dgram"));
	cr_expect_eq(report_number(client, "bytes_sent"), 7);
	subject_release(&subject);
}

Test(entry_connects, a_storm_is_counted_exactly)
{
	struct subject subject;
	const json_t *sockets;
	long long sent = 0, received = 0;
	size_t accepted, index;
	json_t *socket;

	subject_record(&subject, "entry_connects", "accept-storm");
	accepted = (size_t)subject_fact(&subject, "accepted");
	cr_expect_eq(report_sockets_of(subject.report, 0, "accept"), accepted);
	cr_expect_eq(report_sockets_of(subject.report, 0, "connect"), accepted + 1);
	cr_expect_eq(report_count(subject.report, "sockets", "end", "closed"), 2 * accepted);
	sockets = json_object_get(subject.report, "sockets");
	json_array_foreach(sockets, index, socket)
	{
		sent += report_number(socket, "bytes_sent");
		received += report_number(socket, "bytes_received");
	}
	cr_expect_eq(sent, 3 * (long long)accepted);
	cr_expect_eq(received, 3 * (long long)accepted);
	subject_release(&subject);
}
