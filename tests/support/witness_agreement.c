#include "witness.h"

#include <string.h>

#include <criterion/criterion.h>

#include "report.h"

/* One connection may have a row in each of several processes: they are summed. */
static void connection_agrees(const struct witness_connection *seen, const json_t *report)
{
	long long sent = 0, received = 0, sends = 0;
	char local[128], peer[128];
	const json_t *row;
	size_t index, rows = 0;
	bool is_fd_right = false;

	json_array_foreach(json_object_get(report, "sockets"), index, row)
	{
		const char *row_local = report_text(row, "local"),
			   *row_peer = report_text(row, "peer");

		if (row_local == NULL || row_peer == NULL)
			continue;
		witness_address(local, sizeof(local), row_local, strlen(row_local));
		witness_address(peer, sizeof(peer), row_peer, strlen(row_peer));
		if (strcmp(local, seen->local) != 0 || strcmp(peer, seen->peer) != 0)
			continue;
		rows++;
		sent += report_number(row, "bytes_sent");
		received += report_number(row, "bytes_received");
		sends += report_number(row, "sends");
		is_fd_right |= report_number(row, "fd") == seen->fd || seen->has_other_fd;
	}
	cr_assert_gt(rows, 0, "%s to %s is not in %s", seen->local, seen->peer,
		     report_dump(report));
	cr_expect(is_fd_right, "fd of %s to %s: strace %d", seen->local, seen->peer, seen->fd);
	cr_expect_eq(sent, seen->bytes_sent, "%s to %s sent: report %lld, strace %lld", seen->local,
		     seen->peer, sent, seen->bytes_sent);
	cr_expect_eq(received, seen->bytes_received, "%s to %s received: report %lld, strace %lld",
		     seen->local, seen->peer, received, seen->bytes_received);
	cr_expect_eq(sends, seen->sends, "%s to %s sends: report %lld, strace %lld", seen->local,
		     seen->peer, sends, seen->sends);
}

static bool row_is_stream_opened(const json_t *row)
{
	return report_is(row, "origin", "connect") && report_is(row, "type", "stream") &&
	       !report_is(row, "family", "unix");
}

static bool row_is_connected(const json_t *row)
{
	return !report_is(row, "family", "unix") && report_is(row, "type", "stream") &&
	       !report_is(row, "origin", "inherited") && !report_is_null(row, "connected");
}

void witness_agrees(const struct witness *witness, const json_t *report)
{
	size_t index, opened = 0, connected = 0, seen = 0;
	const json_t *row;

	json_array_foreach(json_object_get(report, "sockets"), index, row)
	{
		opened += row_is_stream_opened(row);
		connected += row_is_connected(row);
	}
	for (index = 0; index < witness->count; index++)
		if (!witness->connections[index].is_unix) {
			connection_agrees(&witness->connections[index], report);
			seen++;
		}
	cr_expect_eq(connected, seen, "TCP connections: report %zu, strace %zu: %s", connected,
		     seen, report_dump(report));
	cr_expect_eq(opened, witness->streams_opened, "TCP sockets: report %zu, strace %zu: %s",
		     opened, witness->streams_opened, report_dump(report));
}

void witness_agrees_unix(const struct witness *witness, const json_t *report, const char *peer)
{
	long long seen_sent = 0, seen_received = 0, sent = 0, received = 0;
	const json_t *row;
	size_t index;

	for (index = 0; index < witness->count; index++)
		if (witness->connections[index].is_unix) {
			seen_sent += witness->connections[index].bytes_sent;
			seen_received += witness->connections[index].bytes_received;
		}
	json_array_foreach(json_object_get(report, "sockets"), index,
			   row) if (report_is(row, "peer", peer))
	{
		sent += report_number(row, "bytes_sent");
		received += report_number(row, "bytes_received");
	}
	cr_expect_gt(seen_sent, 0, "strace saw nothing sent");
	cr_expect_eq(sent, seen_sent, "%s sent: report %lld, strace %lld: %s", peer, sent,
		     seen_sent, report_dump(report));
	cr_expect_eq(received, seen_received, "%s received: report %lld, strace %lld", peer,
		     received, seen_received);
}
