/* Connects that take their time or fail, and the names of peers. */
#include <errno.h>

#include "fixture.h"
#include "report.h"
#include "subject.h"

FIXTURE_SUITE(connecting);

static const json_t *client_record(struct subject *subject, const char *scenario)
{
	const json_t *client;

	subject_record(subject, "connecting", scenario);
	client = report_fd(subject->report, 0, subject_fact(subject, "client"), 0);
	cr_assert_not_null(client, "%s", report_dump(subject->report));
	return client;
}

/* The report's latency lies within what the subject measured around it, give or take a clock's
 * grain. */
static void connected_check(const char *scenario)
{
	struct subject subject;
	const json_t *client = client_record(&subject, scenario);
	double latency, longest;

	cr_assert_not(report_is_null(client, "connected"), "%s", report_dump(client));
	cr_expect(report_is_null(client, "connect_error"), "%s", report_dump(client));
	cr_expect_not(report_is_null(client, "peer"));
	cr_expect_not(report_is_null(client, "local"), "%s", report_dump(client));
	latency = report_seconds(client, "connected") - report_seconds(client, "connect_started");
	longest =
		(double)(subject_fact(&subject, "after_ns") - subject_fact(&subject, "before_ns"));
	cr_expect_geq(latency, 0);
	cr_expect_leq(latency, longest / 1e9 + 0.01);
	cr_expect_str_eq(report_text(client, "end"), "closed");
	subject_release(&subject);
}

static void failed_check(const char *scenario, const char *error)
{
	struct subject subject;
	const json_t *client = client_record(&subject, scenario);

	cr_expect(report_is(client, "connect_error", error), "%s", report_dump(client));
	cr_expect(report_is_null(client, "connected"), "%s", report_dump(client));
	cr_expect_not(report_is_null(client, "connect_started"));
	cr_expect_not(report_is_null(client, "peer"));
	cr_expect_str_eq(report_text(client, "end"), "closed");
	subject_release(&subject);
}

Test(connecting, so_error_decides_a_connect_in_progress)
{
	connected_check("nonblocking");
}

Test(connecting, the_first_send_decides_a_connect_in_progress)
{
	connected_check("nonblocking-unasked");
}

Test(connecting, a_second_connect_decides_a_connect_in_progress)
{
	connected_check("nonblocking-again");
}

Test(connecting, so_error_tells_of_a_refusal)
{
	failed_check("nonblocking-refused", "ECONNREFUSED");
}

Test(connecting, a_refusal_is_told)
{
	failed_check("refused", "ECONNREFUSED");
}

Test(connecting, a_path_that_is_not_there_is_told)
{
	failed_check("missing-path", "ENOENT");
}

Test(connecting, getaddrinfo_names_the_peer)
{
	struct subject subject;
	const json_t *client = client_record(&subject, "named");

	cr_expect(report_is(client, "peer_name", "localhost"), "%s", report_dump(client));
	subject_release(&subject);
}
