/* Birth, conversation and end of each kind of socket. */
#include <string.h>

#include "fixture.h"
#include "report.h"
#include "subject.h"

FIXTURE_SUITE(sockets);

struct expected {
	const char *scenario, *family, *type;
};

static void expect_kind(const json_t *socket, const struct expected *expected, const char *origin)
{
	cr_assert_not_null(socket, "%s: no socket of origin %s", expected->scenario, origin);
	cr_expect_str_eq(report_text(socket, "family"), expected->family);
	cr_expect_str_eq(report_text(socket, "type"), expected->type);
	cr_expect_str_eq(report_text(socket, "origin"), origin);
	cr_expect_str_eq(report_text(socket, "end"), "closed");
	cr_expect_gt(report_size(socket, "opened_at"), 0);
	cr_expect_gt(report_size(socket, "closed_at"), 0);
	cr_expect_leq(report_seconds(socket, "created"), report_seconds(socket, "closed"));
}

static void expect_traffic(const json_t *socket, long long sent, long long received)
{
	cr_expect_eq(report_number(socket, "bytes_sent"), sent, "%s", report_dump(socket));
	cr_expect_eq(report_number(socket, "bytes_received"), received, "%s", report_dump(socket));
	cr_expect_leq(report_seconds(socket, "first_io"), report_seconds(socket, "last_io"));
}

/* An end of a socket that has none is unnamed: null, and never an empty string. */
static void expect_address(const json_t *socket, const char *key, const char *address)
{
	if (strcmp(address, "unix:") == 0)
		cr_expect(report_is_null(socket, key), "%s of %s", key, report_dump(socket));
	else
		cr_expect(report_is(socket, key, address), "%s is not %s in %s", key, address,
			  report_dump(socket));
}

static void connected_check(struct expected expected)
{
	struct subject subject;
	const json_t *listener, *client, *server;
	const char *listener_name, *client_name;

	subject_record(&subject, "families", expected.scenario);
	listener = report_fd(subject.report, 0, subject_fact(&subject, "listener_fd"), 0);
	client = report_fd(subject.report, 0, subject_fact(&subject, "client_fd"), 0);
	server = report_fd(subject.report, 0, subject_fact(&subject, "server_fd"), 0);
	expect_kind(listener, &expected, "connect");
	expect_kind(client, &expected, "connect");
	expect_kind(server, &expected, "accept");
	listener_name = subject_fact_text(&subject, "listener");
	client_name = subject_fact_text(&subject, "client");
	expect_address(listener, "local", listener_name);
	expect_address(client, "peer", listener_name);
	expect_address(client, "local", client_name);
	expect_address(server, "local", listener_name);
	expect_address(server, "peer", client_name);
	expect_traffic(client, 1000, 300);
	expect_traffic(server, 300, 1000);
	cr_expect_eq(report_number(client, "sends"), 1);
	cr_expect_eq(report_number(server, "sends"), 1);
	cr_expect_not(report_is_null(client, "connected"));
	cr_expect(report_is_null(listener, "connected"));
	cr_expect_eq(report_size(subject.report, "sockets"), 3);
	subject_release(&subject);
}

Test(sockets, ipv4_stream)
{
	connected_check((struct expected){"inet", "inet", "stream"});
}

Test(sockets, ipv6_stream)
{
	connected_check((struct expected){"inet6", "inet6", "stream"});
}

Test(sockets, unix_stream)
{
	connected_check((struct expected){"path", "unix", "stream"});
}

Test(sockets, unix_stream_whose_client_is_bound)
{
	connected_check((struct expected){"named-client", "unix", "stream"});
}

Test(sockets, abstract_unix_stream)
{
	connected_check((struct expected){"abstract", "unix", "stream"});
}

Test(sockets, unix_seqpacket)
{
	connected_check((struct expected){"seqpacket", "unix", "seqpacket"});
}

static void datagram_check(struct expected expected)
{
	struct subject subject;
	const json_t *sender, *receiver;

	subject_record(&subject, "families", expected.scenario);
	receiver = report_fd(subject.report, 0, subject_fact(&subject, "listener_fd"), 0);
	sender = report_fd(subject.report, 0, subject_fact(&subject, "client_fd"), 0);
	expect_kind(receiver, &expected, "connect");
	expect_kind(sender, &expected, "connect");
	expect_address(receiver, "local", subject_fact_text(&subject, "listener"));
	expect_traffic(sender, 42, 0);
	expect_traffic(receiver, 0, 42);
	cr_expect_eq(report_number(sender, "sends"), 2);
	cr_expect_eq(report_number(receiver, "receives"), 2);
	cr_expect(report_is_null(sender, "connected"));
	subject_release(&subject);
}

Test(sockets, ipv4_datagram)
{
	datagram_check((struct expected){"datagram-inet", "inet", "dgram"});
}

Test(sockets, unix_datagram)
{
	datagram_check((struct expected){"datagram-unix", "unix", "dgram"});
}

Test(sockets, socketpair)
{
	const struct expected expected = {"pair", "unix", "stream"};
	struct subject subject;
	const json_t *client, *server;

	subject_record(&subject, "families", "pair");
	client = report_fd(subject.report, 0, subject_fact(&subject, "client_fd"), 0);
	server = report_fd(subject.report, 0, subject_fact(&subject, "server_fd"), 0);
	expect_kind(client, &expected, "socketpair");
	expect_kind(server, &expected, "socketpair");
	expect_traffic(client, 1000, 300);
	expect_traffic(server, 300, 1000);
	cr_expect_eq(report_size(subject.report, "sockets"), 2);
	subject_release(&subject);
}

Test(sockets, identity_is_the_kernels_cookie)
{
	struct subject subject;
	const json_t *row;
	size_t index, other;

	subject_record(&subject, "families", "inet");
	json_array_foreach(json_object_get(subject.report, "sockets"), index,
			   row) for (other = 0; other < index; other++)
		cr_expect_neq(
			report_number(row, "cookie"),
			report_number(
				json_array_get(json_object_get(subject.report, "sockets"), other),
				"cookie"));
	subject_release(&subject);
}
