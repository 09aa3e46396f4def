#include <criterion/criterion.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "model_scene.h"
#include "socket_facts.h"

static struct model_scene scene;

static void setup(void)
{
	model_scene_init(&scene);
}

static void teardown(void)
{
	model_scene_release(&scene);
}

TestSuite(model_connects, .init = setup, .fini = teardown);

Test(model_connects, takes_the_last_connect_and_keeps_all_as_neighbours)
{
	struct trace_connect *failed;

	trace_builder_socket(&scene.builder, 3, 1100);
	trace_builder_socket(&scene.builder, 4, 1100);
	failed = trace_builder_connect(&scene.builder, 1, 1200, 1300);
	failed->error = ECONNREFUSED;
	trace_builder_connect(&scene.builder, 2, 1250, 1350);
	trace_builder_connect(&scene.builder, 1, 1400, 1500)->peer = trace_builder_inet(10, 0, 0, 1,
											80);
	model_scene_load(&scene);
	cr_assert_eq(scene.model.sockets[0].connect_count, 2);
	cr_expect_eq(scene.model.sockets[0].connect_started_ns, 400);
	cr_expect_eq(scene.model.sockets[0].connected_ns, 500);
	cr_expect_eq(scene.model.sockets[0].connect_error, 0);
	cr_expect_eq(scene.model.sockets[0].peer.inet[0], 10);
	for (uint32_t i = 0; i < scene.model.sockets_count; i++) {
		const struct model_connect *connects;
		struct model_connect only;
		uint32_t count = model_socket_connects(&scene.model, i, &only, &connects);

		cr_expect_eq(count, i == 0 ? 2 : 1);
		for (uint32_t k = 0; k < count; k++)
			cr_expect_eq(connects[k].socket, i);
		cr_expect_eq(connects[0].error, i == 0 ? ECONNREFUSED : 0);
		cr_expect_eq(connects[count - 1].finished_ns, i == 0 ? 500 : 350);
	}
}

Test(model_connects, takes_asking_again_about_a_connect_for_no_attempt)
{
	trace_builder_socket(&scene.builder, 3, 1100);
	trace_builder_connect(&scene.builder, 1, 1200, 0);
	trace_builder_connect(&scene.builder, 1, 1300, 1300)->error = EALREADY;
	trace_builder_connect(&scene.builder, 1, 1400, 1400)->error = EISCONN;
	model_scene_load(&scene);
	cr_expect_eq(scene.model.sockets[0].connect_started_ns, 200);
	cr_expect_eq(scene.model.sockets[0].connected_ns, 400);
	cr_expect_eq(scene.model.sockets[0].connect_error, 0);
}

Test(model_connects, keeps_a_connect_that_was_given_up_as_undecided)
{
	struct trace_socket *socket = trace_builder_socket(&scene.builder, 3, 1100);

	trace_builder_connect(&scene.builder, 1, 1200, 0);
	socket->flags = TRACE_SOCKET_TCP_INFO_READ;
	socket->tcp_state = 2;
	model_scene_load(&scene);
	cr_expect_eq(scene.model.sockets[0].connected_ns, TIME_NONE);
	cr_expect_eq(scene.model.sockets[0].connect_error, EINPROGRESS);
	cr_expect_str_eq(socket_tcp_state(&scene.model.sockets[0]), "SYN_SENT");
}

Test(model_connects, decides_a_pending_connect_by_traffic_or_tcp_state)
{
	struct trace_socket *socket = trace_builder_socket(&scene.builder, 3, 1100);

	socket->bytes_sent = 5;
	socket->first_io_ns = 1400;
	trace_builder_connect(&scene.builder, 1, 1200, 0);
	socket = trace_builder_socket(&scene.builder, 4, 1100);
	socket->flags = TRACE_SOCKET_TCP_INFO_READ;
	socket->tcp_state = 1;
	trace_builder_connect(&scene.builder, 2, 1200, 0);
	model_scene_load(&scene);
	cr_expect_eq(scene.model.sockets[0].connect_error, 0);
	cr_expect_eq(scene.model.sockets[0].connected_ns, 400);
	cr_expect_eq(scene.model.sockets[1].connect_error, 0);
	cr_expect_eq(scene.model.sockets[1].connected_ns, TIME_NONE);
	cr_expect(scene.model.sockets[1].flags & TRACE_SOCKET_CONNECTED);
}

Test(model_connects, calls_a_refused_connect_no_broken_connection)
{
	struct trace_socket *socket = trace_builder_socket(&scene.builder, 3, 1100);

	socket->flags = TRACE_SOCKET_TCP_INFO_READ;
	socket->tcp_state = 7;
	socket->so_error = ECONNREFUSED;
	trace_builder_connect(&scene.builder, 1, 1200, 0);
	model_scene_load(&scene);
	cr_expect_eq(scene.model.sockets[0].connect_error, ECONNREFUSED);
	cr_expect_eq(scene.model.sockets[0].error, 0);
}

static struct trace_socket *closed_tcp(uint16_t state, uint64_t read_ns, uint32_t last_ack_ms)
{
	struct trace_socket *socket = trace_builder_socket(&scene.builder, 3, 1100);

	trace_builder_connect(&scene.builder, socket->id, 1200, 1300);
	socket->flags = TRACE_SOCKET_TCP_INFO_READ;
	socket->tcp_state = state;
	socket->tcp_read_ns = read_ns;
	socket->tcp_last_ack_recv_ms = last_ack_ms;
	return socket;
}

Test(model_connects, dates_the_peers_fin_by_the_last_ack)
{
	closed_tcp(8, 50001000, 20);
	closed_tcp(8, 50001000, 20)->peer_ended_ns = 10001000;
	closed_tcp(1, 50001000, 20);
	closed_tcp(8, 50001000, 4000);
	model_scene_load(&scene);
	cr_expect_eq(scene.model.sockets[0].peer_closed_ns, 30000000);
	cr_expect_eq(scene.model.sockets[1].peer_closed_ns, 10000000);
	cr_expect_eq(scene.model.sockets[2].peer_closed_ns, TIME_NONE);
	cr_expect_eq(scene.model.sockets[3].peer_closed_ns, 300, "not before it was connected");
}

/* What we sent after the FIN was answered by a reset: the socket is closed, and the FIN came. */
Test(model_connects, dates_the_fin_of_a_connection_that_our_use_broke)
{
	closed_tcp(7, 50001000, 20)->so_error = EPIPE;
	closed_tcp(7, 50001000, 20)->io_error = EPIPE;
	closed_tcp(7, 50001000, 20)->so_error = ECONNRESET;
	model_scene_load(&scene);
	cr_expect_eq(scene.model.sockets[0].peer_closed_ns, 30000000);
	cr_expect_not(scene.model.sockets[0].is_send_refused);
	cr_expect_eq(scene.model.sockets[1].peer_closed_ns, 30000000);
	cr_expect(scene.model.sockets[1].is_send_refused);
	cr_expect_eq(scene.model.sockets[2].peer_closed_ns, TIME_NONE);
}

Test(model_connects, tells_by_which_error_a_connection_broke)
{
	closed_tcp(7, 5000, 0)->so_error = ECONNRESET;
	closed_tcp(7, 5000, 0)->io_error = EPIPE;
	model_scene_load(&scene);
	cr_expect_eq(scene.model.sockets[0].error, ECONNRESET);
	cr_expect_eq(scene.model.sockets[1].error, EPIPE);
}

Test(model_connects, names_a_peer_by_the_latest_lookup_before_the_connect)
{
	struct trace_address address = trace_builder_inet(127, 0, 0, 1, 0);

	trace_builder_name(&scene.builder, "old.example", address, 1100);
	trace_builder_name(&scene.builder, "db.example", address, 1200);
	trace_builder_name(&scene.builder, "late.example", address, 1600);
	address.port = 80;
	trace_builder_name(&scene.builder, "other-port.example", address, 1400);
	trace_builder_socket(&scene.builder, 3, 1100);
	trace_builder_connect(&scene.builder, 1, 1500, 1550);
	model_scene_load(&scene);
	cr_assert_not_null(scene.model.sockets[0].peer_name);
	cr_expect_str_eq(scene.model.sockets[0].peer_name, "db.example");
}

Test(model_connects, names_an_ipv4_peer_of_an_ipv6_socket)
{
	struct trace_connect *connect;

	trace_builder_name(&scene.builder, "db", trace_builder_inet(127, 0, 0, 1, 0), 1100);
	trace_builder_socket(&scene.builder, 3, 1100);
	connect = trace_builder_connect(&scene.builder, 1, 1500, 1550);
	connect->peer = (struct trace_address){
		.family = AF_INET6, .port = 5432, .bytes = {[10] = 0xff, 0xff, 127, 0, 0, 1}};
	model_scene_load(&scene);
	cr_assert_not_null(scene.model.sockets[0].peer_name);
	cr_expect_str_eq(scene.model.sockets[0].peer_name, "db");
}

Test(model_connects, names_no_peer_that_was_never_looked_up)
{
	trace_builder_name(&scene.builder, "db", trace_builder_inet(10, 0, 0, 1, 0), 1100);
	trace_builder_socket(&scene.builder, 3, 1100);
	trace_builder_connect(&scene.builder, 1, 1500, 1550);
	model_scene_load(&scene);
	cr_expect_null(scene.model.sockets[0].peer_name);
}

Test(model_connects, notes_bytes_that_no_hook_saw)
{
	struct trace_socket *socket = closed_tcp(1, 5000, 0);

	socket->bytes_sent = 100;
	socket->tcp_bytes_acked = 102; /* SYN and FIN */
	closed_tcp(1, 5000, 0)->tcp_bytes_acked = 4096;
	model_scene_load(&scene);
	cr_expect_eq(scene.model.notes_count, 1);
	cr_expect(model_scene_has_note(&scene, "4095 bytes sent on socket s2",
				       true)); /* without the SYN */
	cr_expect_eq(model_socket_bytes_sent(&scene.model.sockets[0]), 100);
	cr_expect_eq(model_socket_bytes_sent(&scene.model.sockets[1]), 4095);
}

Test(model_connects, adds_what_the_peer_had_not_acknowledged)
{
	struct trace_socket *socket = closed_tcp(1, 5000, 0);

	socket->bytes_sent = 100;
	socket->tcp_bytes_acked = 51;
	socket->tcp_unacked = 1050;
	model_scene_load(&scene);
	cr_expect(model_scene_has_note(&scene, "1000 bytes sent on socket s1", true));
	cr_expect_eq(model_socket_bytes_sent(&scene.model.sockets[0]), 1100);
}

Test(model_connects, takes_a_single_received_byte_for_a_fin_that_came_meanwhile)
{
	struct trace_socket *socket = closed_tcp(1, 5000, 0);

	socket->end = TRACE_END_CLOSED;
	socket->bytes_received = 40;
	socket->tcp_bytes_received = 41;
	model_scene_load(&scene);
	cr_expect_eq(scene.model.notes_count, 0);
	cr_expect_eq(model_socket_bytes_received(&scene.model.sockets[0]), 40);
}

Test(model_connects, notes_received_bytes_that_no_hook_saw_unless_they_lay_unread)
{
	struct trace_socket *socket = closed_tcp(1, 5000, 0);

	socket->end = TRACE_END_CLOSED;
	socket->bytes_received = 40;
	socket->tcp_state = 7;
	socket->tcp_bytes_received = 41; /* FIN */
	socket = closed_tcp(1, 5000, 0);
	socket->end = TRACE_END_CLOSED;
	socket->bytes_received = 40;
	socket->tcp_bytes_received = 140;
	trace_builder_event(&scene.builder, 2, TRACE_EVENT_UNREAD, 1600)->value = 30;
	socket = closed_tcp(1, 5000, 0);
	socket->end = TRACE_END_CLOSED;
	socket->tcp_bytes_received = 50;
	trace_builder_event(&scene.builder, 3, TRACE_EVENT_UNREAD, 1600)->value = 50;
	model_scene_load(&scene);
	cr_expect_eq(scene.model.notes_count, 1);
	cr_expect(model_scene_has_note(&scene, "70 bytes received on socket s2", true));
	cr_expect_eq(model_socket_bytes_received(&scene.model.sockets[1]), 110);
}

Test(model_connects, finds_sent_bytes_in_the_other_rows_of_the_same_socket)
{
	struct trace_socket *socket = closed_tcp(1, 5000, 0);

	socket->tcp_bytes_acked = 4096;
	socket->cookie = 77;
	socket = trace_builder_socket(&scene.builder, 4, 1100);
	socket->cookie = 77;
	socket->origin = TRACE_ORIGIN_RECEIVED;
	socket->bytes_sent = 4095;
	model_scene_load(&scene);
	cr_expect_eq(scene.model.notes_count, 0);
}
