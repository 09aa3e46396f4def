#include <criterion/criterion.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "model.h"
#include "trace_builder.h"

static struct trace_builder builder;
static struct model model;
static struct error error;

static void setup(void)
{
	trace_builder_init(&builder, 100, 1000);
	model_init(&model);
}

static void teardown(void)
{
	model_release(&model);
	trace_builder_release(&builder);
}

TestSuite(model, .init = setup, .fini = teardown);

static void load(void)
{
	cr_assert_eq(model_load_bytes(&model, "bytes", builder.bytes, trace_builder_size(&builder),
				      &error),
		     STATUS_OK, "%s", error.reason);
}

static bool has_note(const char *part, bool is_gap)
{
	for (uint32_t i = 0; i < model.notes_count; i++) {
		if (strstr(model.notes[i].text, part) != NULL && model.notes[i].is_gap == is_gap)
			return true;
	}
	return false;
}

Test(model, knows_the_process_and_its_command)
{
	static const char *const arguments[] = {"curl", "", "-v", NULL};
	const struct model_process *process;

	trace_builder_process(&builder, "/usr/bin/curl", "/home", arguments);
	load();
	cr_assert_eq(model.processes_count, 1);
	process = &model.processes[0];
	cr_expect_str_eq(process->exe, "/usr/bin/curl");
	cr_expect_str_eq(process->cwd, "/home");
	cr_expect_str_eq(process->arguments[0], "curl");
	cr_expect_str_eq(process->arguments[1], "");
	cr_expect_str_eq(process->arguments[2], "-v");
	cr_expect_null(process->arguments[3]);
	cr_expect_str_eq(process->runtime, "native");
	cr_expect_eq(process->end, 0);
	cr_expect_eq(process->ended_ns, TIME_NONE);
	cr_expect_eq(process->status, -1);
	cr_expect_not(process->is_live, "without run nobody can tell");
}

Test(model, ends_a_command_line_where_its_text_ends)
{
	static const char *const arguments[] = {"a", NULL};

	trace_builder_process(&builder, "/bin/a", "/", arguments)->argument_count = UINT32_MAX;
	load();
	cr_expect_str_eq(model.processes[0].arguments[0], "a");
	cr_expect_null(model.processes[0].arguments[1]);
}

Test(model, tells_times_from_the_start)
{
	struct trace_socket *socket = trace_builder_socket(&builder, 3, 1500);

	socket->first_io_ns = 1700;
	socket->longest_idle_ns = 30;
	load();
	cr_expect_eq(model.started_monotonic_ns, 1000);
	cr_expect_eq(model.sockets[0].created_ns, 500);
	cr_expect_eq(model.sockets[0].first_io_ns, 700);
	cr_expect_eq(model.sockets[0].last_io_ns, TIME_NONE);
	cr_expect_eq(model.sockets[0].longest_idle_ns, 30);
	cr_expect_eq(model.sockets[0].connected_ns, TIME_NONE);
}

Test(model, takes_the_last_connect_and_keeps_all_as_neighbours)
{
	struct trace_connect *failed;

	trace_builder_socket(&builder, 3, 1100);
	trace_builder_socket(&builder, 4, 1100);
	failed = trace_builder_connect(&builder, 1, 1200, 1300);
	failed->error = ECONNREFUSED;
	trace_builder_connect(&builder, 2, 1250, 1350);
	trace_builder_connect(&builder, 1, 1400, 1500)->peer = trace_builder_inet(10, 0, 0, 1, 80);
	load();
	cr_assert_eq(model.sockets[0].connect_count, 2);
	cr_expect_eq(model.sockets[0].connect_started_ns, 400);
	cr_expect_eq(model.sockets[0].connected_ns, 500);
	cr_expect_eq(model.sockets[0].connect_error, 0);
	cr_expect_eq(model.sockets[0].peer.bytes[0], 10);
	for (uint32_t i = 0; i < model.sockets_count; i++) {
		const struct model_socket *socket = &model.sockets[i];

		for (uint32_t k = 0; k < socket->connect_count; k++)
			cr_expect_eq(model.connects[socket->first_connect + k].socket, i);
	}
	cr_expect_eq(model.connects[model.sockets[0].first_connect].error, ECONNREFUSED);
}

Test(model, takes_asking_again_about_a_connect_for_no_attempt)
{
	trace_builder_socket(&builder, 3, 1100);
	trace_builder_connect(&builder, 1, 1200, 0);
	trace_builder_connect(&builder, 1, 1300, 1300)->error = EALREADY;
	trace_builder_connect(&builder, 1, 1400, 1400)->error = EISCONN;
	load();
	cr_expect_eq(model.sockets[0].connect_started_ns, 200);
	cr_expect_eq(model.sockets[0].connected_ns, 400);
	cr_expect_eq(model.sockets[0].connect_error, 0);
}

Test(model, keeps_a_connect_that_was_given_up_as_undecided)
{
	struct trace_socket *socket = trace_builder_socket(&builder, 3, 1100);

	trace_builder_connect(&builder, 1, 1200, 0);
	socket->flags = TRACE_SOCKET_TCP_INFO_READ;
	socket->tcp_state = 2;
	load();
	cr_expect_eq(model.sockets[0].connected_ns, TIME_NONE);
	cr_expect_eq(model.sockets[0].connect_error, EINPROGRESS);
	cr_expect_str_eq(model.sockets[0].tcp_state, "SYN_SENT");
}

Test(model, decides_a_pending_connect_by_traffic_or_tcp_state)
{
	struct trace_socket *socket = trace_builder_socket(&builder, 3, 1100);

	socket->bytes_sent = 5;
	socket->first_io_ns = 1400;
	trace_builder_connect(&builder, 1, 1200, 0);
	socket = trace_builder_socket(&builder, 4, 1100);
	socket->flags = TRACE_SOCKET_TCP_INFO_READ;
	socket->tcp_state = 1;
	trace_builder_connect(&builder, 2, 1200, 0);
	load();
	cr_expect_eq(model.sockets[0].connect_error, 0);
	cr_expect_eq(model.sockets[0].connected_ns, 400);
	cr_expect_eq(model.sockets[1].connect_error, 0);
	cr_expect_eq(model.sockets[1].connected_ns, TIME_NONE);
	cr_expect(model.sockets[1].flags & TRACE_SOCKET_CONNECTED);
}

Test(model, calls_a_refused_connect_no_broken_connection)
{
	struct trace_socket *socket = trace_builder_socket(&builder, 3, 1100);

	socket->flags = TRACE_SOCKET_TCP_INFO_READ;
	socket->tcp_state = 7;
	socket->so_error = ECONNREFUSED;
	trace_builder_connect(&builder, 1, 1200, 0);
	load();
	cr_expect_eq(model.sockets[0].connect_error, ECONNREFUSED);
	cr_expect_eq(model.sockets[0].error, 0);
}

static struct trace_socket *closed_tcp(uint16_t state, uint64_t read_ns, uint32_t last_ack_ms)
{
	struct trace_socket *socket = trace_builder_socket(&builder, 3, 1100);

	trace_builder_connect(&builder, socket->id, 1200, 1300);
	socket->flags = TRACE_SOCKET_TCP_INFO_READ;
	socket->tcp_state = state;
	socket->tcp_read_ns = read_ns;
	socket->tcp_last_ack_recv_ms = last_ack_ms;
	return socket;
}

Test(model, dates_the_peers_fin_by_the_last_ack)
{
	closed_tcp(8, 50001000, 20);
	closed_tcp(8, 50001000, 20)->peer_ended_ns = 10001000;
	closed_tcp(1, 50001000, 20);
	closed_tcp(8, 50001000, 4000);
	load();
	cr_expect_eq(model.sockets[0].peer_closed_ns, 30000000);
	cr_expect_eq(model.sockets[1].peer_closed_ns, 10000000);
	cr_expect_eq(model.sockets[2].peer_closed_ns, TIME_NONE);
	cr_expect_eq(model.sockets[3].peer_closed_ns, 300, "not before it was connected");
}

Test(model, tells_by_which_error_a_connection_broke)
{
	closed_tcp(7, 5000, 0)->so_error = ECONNRESET;
	closed_tcp(7, 5000, 0)->io_error = EPIPE;
	load();
	cr_expect_eq(model.sockets[0].error, ECONNRESET);
	cr_expect_eq(model.sockets[1].error, EPIPE);
}

Test(model, ends_what_a_process_left_open_at_its_exit)
{
	struct trace_file_header *header = trace_builder_header(&builder);

	trace_builder_socket(&builder, 3, 1100);
	trace_builder_end(trace_builder_socket(&builder, 4, 1100), TRACE_END_FINALIZED, 1300);
	header->end = TRACE_PROCESS_END_EXIT;
	header->status = 3;
	header->ended_ns = 2000;
	load();
	cr_expect_eq(model.processes[0].status, 3);
	cr_expect_eq(model.sockets[0].end, TRACE_END_EXIT);
	cr_expect_eq(model.sockets[0].closed_ns, 1000);
	cr_expect_eq(model.sockets[1].end, TRACE_END_FINALIZED);
	cr_expect_eq(model.sockets[1].closed_ns, 300);
	cr_expect_eq(model.ended_ns, 1000);
}

Test(model, leaves_sockets_open_when_the_end_is_unknown)
{
	trace_builder_socket(&builder, 3, 1100);
	load();
	cr_expect_eq(model.sockets[0].end, 0);
	cr_expect_eq(model.sockets[0].closed_ns, TIME_NONE);
	cr_expect_eq(model.ended_ns, TIME_NONE);
}

Test(model, ends_an_image_by_the_exec_that_did_not_return)
{
	trace_builder_socket(&builder, 3, 1100)->flags = TRACE_SOCKET_CLOEXEC;
	trace_builder_socket(&builder, 4, 1100);
	trace_builder_exec(&builder, "/bin/true", 1500);
	trace_builder_exec(&builder, "/bin/missing", 1600)->error = ENOENT;
	load();
	cr_expect_eq(model.processes[0].end, TRACE_PROCESS_END_EXEC);
	cr_expect_eq(model.processes[0].ended_ns, 500);
	cr_expect_eq(model.sockets[0].end, TRACE_END_EXEC);
	cr_expect_eq(model.sockets[1].end, TRACE_END_PASSED);
}

Test(model, joins_stacks_code_and_strings)
{
	struct trace_code *code = trace_builder_code(&builder, "app.py", "main", 7);
	uint64_t frames[] = {TRACE_FRAME_MAKE(code->id, 9), 0x1000};
	uint32_t stack = trace_builder_stack(&builder, frames, 2)->id;

	trace_builder_socket(&builder, 3, 1100)->opened_stack = stack;
	load();
	cr_assert_eq(model.sockets[0].opened_stack, 0);
	cr_assert_eq(model.stacks[0].frame_count, 2);
	cr_expect_eq(model.stacks[0].frames[0], frames[0]);
	cr_expect_str_eq(model.codes[0].file, "app.py");
	cr_expect_str_eq(model.codes[0].function, "main");
	cr_expect_eq(model.codes[0].id, code->id);
}

Test(model, lets_references_point_forward)
{
	uint64_t frame = 0x1000;

	trace_builder_socket(&builder, 3, 1100)->opened_stack = 1;
	trace_builder_stack(&builder, &frame, 1);
	load();
	cr_expect_eq(model.sockets[0].opened_stack, 0);
	cr_expect_eq(model.notes_count, 0);
}

Test(model, calls_references_to_nothing_a_gap)
{
	trace_builder_socket(&builder, 3, 1100)->opened_stack = 9;
	trace_builder_connect(&builder, 77, 1200, 1300);
	trace_builder_link(&builder, 1, 4000000000u, TRACE_LINK_OWNER, 0);
	load();
	cr_expect_eq(model.sockets[0].opened_stack, MODEL_NONE);
	cr_expect_eq(model.connects_count, 0);
	cr_expect_eq(model.links_count, 0);
	cr_expect(has_note("3 references to records that are not there", true));
}

Test(model, leaves_out_records_with_impossible_or_repeated_ids)
{
	trace_builder_socket(&builder, 3, 1100);
	trace_builder_socket(&builder, 4, 1100)->id = 4000000000u;
	trace_builder_socket(&builder, 5, 1100)->id = 1;
	trace_builder_socket(&builder, 6, 1100)->id = 0;
	trace_builder_socket(&builder, 7, 1100)->id = 2;
	load();
	cr_assert_eq(model.sockets_count, 2);
	cr_expect_eq(model.sockets[0].fd, 3);
	cr_expect_eq(model.sockets[1].fd, 7);
	cr_expect(has_note("2 records with an impossible id", true));
	cr_expect(has_note("1 records with an id that was taken", true));
}

Test(model, names_a_peer_by_the_latest_lookup_before_the_connect)
{
	struct trace_address address = trace_builder_inet(127, 0, 0, 1, 0);

	trace_builder_name(&builder, "old.example", address, 1100);
	trace_builder_name(&builder, "db.example", address, 1200);
	trace_builder_name(&builder, "late.example", address, 1600);
	address.port = 80;
	trace_builder_name(&builder, "other-port.example", address, 1400);
	trace_builder_socket(&builder, 3, 1100);
	trace_builder_connect(&builder, 1, 1500, 1550);
	load();
	cr_assert_not_null(model.sockets[0].peer_name);
	cr_expect_str_eq(model.sockets[0].peer_name, "db.example");
}

Test(model, names_an_ipv4_peer_of_an_ipv6_socket)
{
	struct trace_connect *connect;

	trace_builder_name(&builder, "db", trace_builder_inet(127, 0, 0, 1, 0), 1100);
	trace_builder_socket(&builder, 3, 1100);
	connect = trace_builder_connect(&builder, 1, 1500, 1550);
	connect->peer = (struct trace_address){
		.family = AF_INET6, .port = 5432, .bytes = {[10] = 0xff, 0xff, 127, 0, 0, 1}};
	load();
	cr_assert_not_null(model.sockets[0].peer_name);
	cr_expect_str_eq(model.sockets[0].peer_name, "db");
}

Test(model, names_no_peer_that_was_never_looked_up)
{
	trace_builder_name(&builder, "db", trace_builder_inet(10, 0, 0, 1, 0), 1100);
	trace_builder_socket(&builder, 3, 1100);
	trace_builder_connect(&builder, 1, 1500, 1550);
	load();
	cr_expect_null(model.sockets[0].peer_name);
}

Test(model, reads_unix_paths_as_bytes)
{
	struct trace_connect *connect = trace_builder_add_text(
		&builder, TRACE_CONNECT, sizeof(*connect), "\0abstract/run/x\0junk", 20);

	connect->socket = 1;
	connect->finished_ns = 1300;
	connect->peer = (struct trace_address){.family = AF_UNIX, .scope_or_size = 9};
	connect->local = (struct trace_address){.family = AF_UNIX, .scope_or_size = 11};
	trace_builder_socket(&builder, 3, 1100);
	load();
	cr_assert_eq(model.sockets[0].peer.path_size_bytes, 9);
	cr_expect_arr_eq(model.sockets[0].peer.path, "\0abstract", 9);
	cr_expect_eq(model.sockets[0].local.path_size_bytes, 6);
	cr_expect_str_eq(model.sockets[0].local.path, "/run/x");
}

Test(model, counts_descriptors_and_takes_the_bound_address)
{
	trace_builder_socket(&builder, 3, 1100);
	trace_builder_bound(&builder, 1, trace_builder_inet(0, 0, 0, 0, 8080));
	trace_builder_event(&builder, 1, TRACE_EVENT_LISTEN, 1200);
	trace_builder_event(&builder, 1, TRACE_EVENT_DUP, 1300);
	trace_builder_event(&builder, 1, TRACE_EVENT_DUP, 1400);
	load();
	cr_expect_eq(model.sockets[0].dup_count, 2);
	cr_expect_eq(model.sockets[0].local.port, 8080);
	cr_expect_eq(model.events_count, 3);
}

Test(model, counts_losses_with_their_first_error)
{
	trace_builder_lost(&builder, TRACE_LOST_FILE_FULL, 7)->error = ENOSPC;
	load();
	cr_assert_eq(model.losses_count, 1);
	cr_expect_eq(model.losses[0].reason, TRACE_LOST_FILE_FULL);
	cr_expect_eq(model.losses[0].count, 7);
	cr_expect_eq(model.losses[0].error, ENOSPC);
}

Test(model, notes_bytes_that_no_hook_saw)
{
	struct trace_socket *socket = closed_tcp(1, 5000, 0);

	socket->bytes_sent = 100;
	socket->tcp_bytes_acked = 102; /* SYN and FIN */
	closed_tcp(1, 5000, 0)->tcp_bytes_acked = 4096;
	load();
	cr_expect_eq(model.notes_count, 1);
	cr_expect(has_note("4094 bytes sent on socket s2", true));
}

Test(model, finds_sent_bytes_in_the_other_rows_of_the_same_socket)
{
	struct trace_socket *socket = closed_tcp(1, 5000, 0);

	socket->tcp_bytes_acked = 4096;
	socket->cookie = 77;
	socket = trace_builder_socket(&builder, 4, 1100);
	socket->cookie = 77;
	socket->origin = TRACE_ORIGIN_RECEIVED;
	socket->bytes_sent = 4095;
	load();
	cr_expect_eq(model.notes_count, 0);
}

Test(model, tells_the_runtime_by_program_and_modules)
{
	static const char *const arguments[] = {"x", NULL};

	trace_builder_process(&builder, "/usr/bin/python3.11", "/", arguments);
	load();
	cr_expect_str_eq(model.processes[0].runtime, "python");
	model_release(&model);
	trace_builder_module(&builder, "/opt/jdk/lib/server/libjvm.so", 1, 2);
	trace_builder_process(&builder, "/opt/jdk/bin/java", "/", arguments);
	load();
	cr_expect_str_eq(model.processes[0].runtime, "java");
}

Test(model, reads_up_to_a_corrupt_record_and_says_so)
{
	trace_builder_socket(&builder, 3, 1100);
	trace_builder_add(&builder, TRACE_LINK, 8);
	trace_builder_socket(&builder, 4, 1100);
	load();
	cr_expect_eq(model.sockets_count, 1);
	cr_expect(has_note("bytes: corrupt record at byte ", true));
}

Test(model, survives_any_times)
{
	struct trace_socket *socket = trace_builder_socket(&builder, 3, UINT64_MAX);

	socket->first_io_ns = 1;
	socket->longest_idle_ns = UINT64_MAX;
	socket->flags = TRACE_SOCKET_TCP_INFO_READ;
	socket->tcp_state = 8;
	socket->tcp_read_ns = UINT64_C(1) << 63;
	socket->tcp_last_ack_recv_ms = UINT32_MAX;
	load();
	cr_expect_gt(model.sockets[0].longest_idle_ns, 0);
	cr_expect_leq(model.sockets[0].created_ns - model.sockets[0].peer_closed_ns, INT64_MAX);
}
