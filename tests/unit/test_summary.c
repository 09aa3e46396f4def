#include <criterion/criterion.h>
#include <sys/socket.h>

#include "hand_model.h"
#include "summary.h"

static struct hand_model hand;
static struct summary summary;

static void ground_prepare(void)
{
	hand_init(&hand);
}

TestSuite(summary, .init = ground_prepare);

static void summarise(void)
{
	struct error error;

	cr_assert_eq(summary_fill(&summary, &hand.model, &error), STATUS_OK);
}

static struct model_socket *socket_between(int64_t created_ns, int64_t closed_ns)
{
	struct model_socket *socket = hand_socket(&hand);

	socket->created_ns = created_ns;
	socket->closed_ns = closed_ns;
	return socket;
}

Test(summary, finds_the_most_sockets_open_at_once)
{
	socket_between(0, 10);
	socket_between(5, 15);
	socket_between(8, 9);
	socket_between(20, 30);
	summarise();
	cr_expect_eq(summary.peak_open, 3);
}

Test(summary, does_not_let_an_end_and_a_birth_at_one_moment_overlap)
{
	socket_between(0, 10);
	socket_between(10, 20);
	summarise();
	cr_expect_eq(summary.peak_open, 1);
}

Test(summary, counts_a_socket_without_an_end_as_open_to_the_last)
{
	socket_between(0, TIME_NONE)->end = 0;
	socket_between(100, 200);
	summarise();
	cr_expect_eq(summary.peak_open, 2);
	cr_expect_eq(summary.open_at_end, 1);
}

Test(summary, does_not_take_a_childs_exit_for_the_end)
{
	struct model_socket *parent = socket_between(0, 500), *child;

	hand_process(&hand, 101);
	child = socket_between(10, 100);
	child->process = 1;
	hand_record(parent)->cookie = hand_record(child)->cookie = 7;
	child->end = TRACE_END_EXIT;
	summarise();
	cr_expect_eq(summary.sockets, 1);
	cr_expect_eq(summary.open_at_end, 0);
	cr_expect_eq(summary.peak_open, 1);
	cr_expect_eq(summary.bytes_sent, 1024, "each process moved bytes of its own");
}

Test(summary, takes_unknown_cookies_for_different_sockets)
{
	hand_socket(&hand);
	hand_socket(&hand);
	summarise();
	cr_expect_eq(summary.sockets, 2);
}

Test(summary, calls_neither_pairs_nor_datagrams_connections)
{
	hand_socket(&hand)->origin = TRACE_ORIGIN_SOCKETPAIR;
	hand_socket(&hand)->type = SOCK_DGRAM;
	hand_socket(&hand);
	summarise();
	cr_expect_eq(summary.sockets, 3);
	cr_expect_eq(summary.connections, 1);
}

Test(summary, is_complete_when_nothing_was_missed)
{
	hand_socket(&hand);
	hand_note(&hand, "only a remark", false);
	summarise();
	cr_expect(summary.is_complete);
}

Test(summary, is_incomplete_with_a_gap)
{
	hand_note(&hand, "a gap", true);
	summarise();
	cr_expect_not(summary.is_complete);
}

Test(summary, is_incomplete_when_bytes_were_not_seen)
{
	hand_lost(&hand, TRACE_LOST_UNSEEN_IO, 1);
	summarise();
	cr_expect_not(summary.is_complete);
	cr_expect_eq(summary.lost_records, 0);
}

Test(summary, counts_records_that_were_never_committed_as_lost)
{
	hand.model.uncommitted_records = 2;
	summarise();
	cr_expect_not(summary.is_complete);
	cr_expect_eq(summary.lost_records, 2);
}

Test(summary, survives_times_that_cannot_be)
{
	struct model_socket *socket = socket_between(INT64_MAX, INT64_MIN + 1);

	socket->last_io_ns = INT64_MIN + 1;
	summarise();
	cr_expect_eq(summary.sockets, 1);
}
