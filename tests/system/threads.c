/* Eight threads whose descriptor numbers go from one to another at once. */
#include "fixture.h"
#include "report.h"
#include "subject.h"

FIXTURE_SUITE(threads);

struct sum {
	long long rows, closed, sent, received;
};

static struct sum origin_sum(const json_t *report, const char *origin, bool is_connected)
{
	struct sum sum = {0};
	const json_t *row;
	size_t index;

	json_array_foreach(json_object_get(report, "sockets"), index, row)
	{
		if (!report_is(row, "origin", origin) ||
		    report_is_null(row, "connected") == is_connected)
			continue;
		sum.rows++;
		sum.closed += report_is(row, "end", "closed");
		sum.sent += report_number(row, "bytes_sent");
		sum.received += report_number(row, "bytes_received");
	}
	return sum;
}

/* A socket that got another's bytes or end would show: each pair says its own number of bytes. */
static void expect_pairs(const json_t *report)
{
	const json_t *row;
	size_t index;
	long long sent;

	json_array_foreach(json_object_get(report, "sockets"), index, row)
	{
		if (!report_is(row, "origin", "connect") || report_is_null(row, "connected"))
			continue;
		sent = report_number(row, "bytes_sent");
		cr_expect(sent >= 1 && sent <= 150 && report_number(row, "sends") == 1, "%s",
			  report_dump(row));
		cr_expect_eq(report_number(row, "bytes_received"), 3, "%s", report_dump(row));
	}
}

Test(threads, churn_is_counted_exactly)
{
	struct subject subject;
	struct sum clients, servers, listeners;

	subject_record(&subject, "churn", NULL);
	clients = origin_sum(subject.report, "connect", true);
	servers = origin_sum(subject.report, "accept", true);
	listeners = origin_sum(subject.report, "connect", false);
	cr_expect_eq(clients.rows, subject_fact(&subject, "connects"));
	cr_expect_eq(clients.closed, clients.rows, "%lld closed", clients.closed);
	cr_expect_eq(clients.sent, subject_fact(&subject, "client_sent"));
	cr_expect_eq(clients.received, subject_fact(&subject, "server_sent"));
	cr_expect_eq(servers.rows, subject_fact(&subject, "connects"));
	cr_expect_eq(servers.closed, servers.rows, "%lld closed", servers.closed);
	cr_expect_eq(servers.sent, subject_fact(&subject, "server_sent"));
	cr_expect_eq(servers.received, subject_fact(&subject, "client_sent"));
	cr_expect_eq(listeners.rows, subject_fact(&subject, "listeners"));
	cr_expect_eq(report_number(json_object_get(subject.report, "totals"), "open_at_end"), 0);
	expect_pairs(subject.report);
	subject_release(&subject);
}
