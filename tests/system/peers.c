/* Which side ended a connection, and when. */
#include "fixture.h"
#include "report.h"
#include "subject.h"

FIXTURE_SUITE(peers);

/* What DESIGN.md promises of a time that TCP_INFO told. */
#define GRAIN_S 0.050

static const json_t *client_record(struct subject *subject, const char *scenario)
{
	const json_t *client;

	subject_record(subject, "peers", scenario);
	client = report_fd(subject->report, subject_pid(subject), subject_fact(subject, "client"),
			   0);
	cr_assert_not_null(client, "%s", report_dump(subject->report));
	return client;
}

static double fact_seconds(const struct subject *subject, const char *name)
{
	return (double)subject_fact(subject, name) / 1e9;
}

/*
 * Report and subject count from different origins, so durations since the connect are compared. The
 * subject read its clock on both sides of each event: on a busy machine it may have stood still
 * between.
 */
static void expect_truth(const struct subject *subject, const json_t *client)
{
	double reported;
	double earliest = fact_seconds(subject, "close_before_ns") -
			  fact_seconds(subject, "connect_after_ns");
	double latest = fact_seconds(subject, "close_after_ns") -
			fact_seconds(subject, "connect_before_ns");

	cr_assert_not(report_is_null(client, "peer_closed"), "%s", report_dump(client));
	reported = report_seconds(client, "peer_closed") - report_seconds(client, "connected");
	cr_expect(reported > earliest - GRAIN_S && reported < latest + GRAIN_S,
		  "peer closed: truth %f to %f, report %f", earliest, latest, reported);
}

Test(peers, an_end_of_file_that_nobody_read_is_dated)
{
	struct subject subject;
	const json_t *client = client_record(&subject, "closes-unread");

	expect_truth(&subject, client);
	cr_expect(report_is(client, "tcp_state", "CLOSE_WAIT"), "%s", report_dump(client));
	cr_expect_str_eq(report_text(client, "end"), "closed");
	cr_expect_geq(report_seconds(client, "closed") - report_seconds(client, "peer_closed"),
		      0.5 - GRAIN_S);
	subject_release(&subject);
}

Test(peers, an_end_of_file_that_was_read_is_dated)
{
	struct subject subject;
	const json_t *client = client_record(&subject, "closes-read");

	expect_truth(&subject, client);
	cr_expect(report_is(client, "tcp_state", "CLOSE_WAIT"), "%s", report_dump(client));
	subject_release(&subject);
}

Test(peers, a_socket_left_open_in_close_wait_is_dated_at_exit)
{
	struct subject subject;
	const json_t *client = client_record(&subject, "closes-at-exit");

	expect_truth(&subject, client);
	cr_expect(report_is(client, "tcp_state", "CLOSE_WAIT"), "%s", report_dump(client));
	cr_expect_str_eq(report_text(client, "end"), "exit");
	subject_release(&subject);
}

Test(peers, a_reset_that_was_read_is_told)
{
	struct subject subject;
	const json_t *client = client_record(&subject, "resets-read");

	cr_expect(report_is(client, "error", "ECONNRESET"), "%s", report_dump(client));
	cr_expect_not(report_is_null(client, "peer_closed"), "%s", report_dump(client));
	subject_release(&subject);
}

Test(peers, a_reset_that_nobody_read_is_told)
{
	struct subject subject;
	const json_t *client = client_record(&subject, "resets-unread");

	cr_expect(report_is(client, "error", "ECONNRESET"), "%s", report_dump(client));
	subject_release(&subject);
}

Test(peers, when_we_close_first_the_peer_did_not)
{
	struct subject subject;
	const json_t *client = client_record(&subject, "waits");

	cr_expect(report_is_null(client, "peer_closed"), "%s", report_dump(client));
	cr_expect(report_is_null(client, "error"), "%s", report_dump(client));
	cr_expect(report_is(client, "tcp_state", "ESTABLISHED"), "%s", report_dump(client));
	subject_release(&subject);
}
