#include <criterion/criterion.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "model_scene.h"

static struct model_scene scene;

static void setup(void)
{
	model_scene_init(&scene);
}

static void teardown(void)
{
	model_scene_release(&scene);
}

TestSuite(model, .init = setup, .fini = teardown);

Test(model, knows_the_process_and_its_command)
{
	static const char *const arguments[] = {"curl", "", "-v", NULL};
	const struct model_process *process;

	trace_builder_process(&scene.builder, "/usr/bin/curl", "/home", arguments);
	model_scene_load(&scene);
	cr_assert_eq(scene.model.processes_count, 1);
	process = &scene.model.processes[0];
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

	trace_builder_process(&scene.builder, "/bin/a", "/", arguments)->argument_count =
		UINT32_MAX;
	model_scene_load(&scene);
	cr_expect_str_eq(scene.model.processes[0].arguments[0], "a");
	cr_expect_null(scene.model.processes[0].arguments[1]);
}

Test(model, tells_times_from_the_start)
{
	struct trace_socket *socket = trace_builder_socket(&scene.builder, 3, 1500);

	socket->first_io_ns = 1700;
	socket->longest_idle_ns = 30;
	model_scene_load(&scene);
	cr_expect_eq(scene.model.started_monotonic_ns, 1000);
	cr_expect_eq(scene.model.sockets[0].created_ns, 500);
	cr_expect_eq(model_socket_first_io_ns(&scene.model, &scene.model.sockets[0]), 700);
	cr_expect_eq(scene.model.sockets[0].last_io_ns, TIME_NONE);
	cr_expect_eq(model_socket_longest_idle_ns(&scene.model.sockets[0]), 30);
	cr_expect_eq(scene.model.sockets[0].connected_ns, TIME_NONE);
}

Test(model, ends_what_a_process_left_open_at_its_exit)
{
	struct trace_file_header *header = trace_builder_header(&scene.builder);

	trace_builder_socket(&scene.builder, 3, 1100);
	trace_builder_end(trace_builder_socket(&scene.builder, 4, 1100), TRACE_END_FINALIZED, 1300);
	header->end = TRACE_PROCESS_END_EXIT;
	header->status = 3;
	header->ended_ns = 2000;
	model_scene_load(&scene);
	cr_expect_eq(scene.model.processes[0].status, 3);
	cr_expect_eq(scene.model.sockets[0].end, TRACE_END_EXIT);
	cr_expect_eq(scene.model.sockets[0].closed_ns, 1000);
	cr_expect_eq(scene.model.sockets[1].end, TRACE_END_FINALIZED);
	cr_expect_eq(scene.model.sockets[1].closed_ns, 300);
	cr_expect_eq(scene.model.ended_ns, 1000);
}

Test(model, leaves_sockets_open_when_the_end_is_unknown)
{
	trace_builder_socket(&scene.builder, 3, 1100);
	model_scene_load(&scene);
	cr_expect_eq(scene.model.sockets[0].end, 0);
	cr_expect_eq(scene.model.sockets[0].closed_ns, TIME_NONE);
	cr_expect_eq(scene.model.ended_ns, TIME_NONE);
}

Test(model, ends_an_image_by_the_exec_that_did_not_return)
{
	trace_builder_socket(&scene.builder, 3, 1100)->flags = TRACE_SOCKET_CLOEXEC;
	trace_builder_socket(&scene.builder, 4, 1100);
	trace_builder_exec(&scene.builder, "/bin/true", 1500);
	trace_builder_exec(&scene.builder, "/bin/missing", 1600)->error = ENOENT;
	model_scene_load(&scene);
	cr_expect_eq(scene.model.processes[0].end, TRACE_PROCESS_END_EXEC);
	cr_expect_eq(scene.model.processes[0].ended_ns, 500);
	cr_expect_eq(scene.model.sockets[0].end, TRACE_END_EXEC);
	cr_expect_eq(scene.model.sockets[1].end, TRACE_END_PASSED);
}

Test(model, joins_stacks_code_and_strings)
{
	struct trace_code *code = trace_builder_code(&scene.builder, "app.py", "main", 7);
	uint64_t frames[] = {TRACE_FRAME_MAKE(code->id, 9), 0x1000};
	uint32_t stack = trace_builder_stack(&scene.builder, frames, 2)->id;

	trace_builder_socket(&scene.builder, 3, 1100)->opened_stack = stack;
	model_scene_load(&scene);
	cr_assert_eq(scene.model.sockets[0].opened_stack, 0);
	cr_assert_eq(scene.model.stacks[0].frame_count, 2);
	cr_expect_eq(scene.model.stacks[0].frames[0], frames[0]);
	cr_expect_str_eq(scene.model.codes[0].file, "app.py");
	cr_expect_str_eq(scene.model.codes[0].function, "main");
	cr_expect_eq(scene.model.codes[0].id, code->id);
}

Test(model, lets_references_point_forward)
{
	uint64_t frame = 0x1000;

	trace_builder_socket(&scene.builder, 3, 1100)->opened_stack = 1;
	trace_builder_stack(&scene.builder, &frame, 1);
	model_scene_load(&scene);
	cr_expect_eq(scene.model.sockets[0].opened_stack, 0);
	cr_expect_eq(scene.model.notes_count, 0);
}

Test(model, calls_references_to_nothing_a_gap)
{
	trace_builder_socket(&scene.builder, 3, 1100)->opened_stack = 9;
	trace_builder_connect(&scene.builder, 77, 1200, 1300);
	trace_builder_link(&scene.builder, 1, 4000000000u, TRACE_LINK_OWNER, 0);
	model_scene_load(&scene);
	cr_expect_eq(scene.model.sockets[0].opened_stack, MODEL_NONE);
	cr_expect_eq(scene.model.connects_count, 0);
	cr_expect_eq(scene.model.links_count, 0);
	cr_expect(model_scene_has_note(&scene, "3 references to records that are not there", true));
}

Test(model, leaves_out_records_with_impossible_or_repeated_ids)
{
	trace_builder_socket(&scene.builder, 3, 1100);
	trace_builder_socket(&scene.builder, 4, 1100)->id = 4000000000u;
	trace_builder_socket(&scene.builder, 5, 1100)->id = 1;
	trace_builder_socket(&scene.builder, 6, 1100)->id = 0;
	trace_builder_socket(&scene.builder, 7, 1100)->id = 2;
	model_scene_load(&scene);
	cr_assert_eq(scene.model.sockets_count, 2);
	cr_expect_eq(model_socket_fd(&scene.model.sockets[0]), 3);
	cr_expect_eq(model_socket_fd(&scene.model.sockets[1]), 7);
	cr_expect(model_scene_has_note(&scene, "2 records with an impossible id", true));
	cr_expect(model_scene_has_note(&scene, "1 records with an id that was taken", true));
}

Test(model, reads_unix_paths_as_bytes)
{
	struct trace_connect *connect = trace_builder_add_text(
		&scene.builder, TRACE_CONNECT, sizeof(*connect), "\0abstract/run/x\0junk", 20);
	const char *path;
	size_t size;

	connect->socket = 1;
	connect->finished_ns = 1300;
	connect->peer = (struct trace_address){.family = AF_UNIX, .scope_or_size = 9};
	connect->local = (struct trace_address){.family = AF_UNIX, .scope_or_size = 11};
	trace_builder_socket(&scene.builder, 3, 1100);
	model_scene_load(&scene);
	path = model_address_path(&scene.model, &scene.model.sockets[0].peer, &size);
	cr_assert_eq(size, 9);
	cr_expect_arr_eq(path, "\0abstract", 9);
	path = model_address_path(&scene.model, &scene.model.sockets[0].local, &size);
	cr_assert_eq(size, 6);
	cr_expect_arr_eq(path, "/run/x", 6);
}

Test(model, keeps_events_and_takes_the_bound_address)
{
	trace_builder_socket(&scene.builder, 3, 1100);
	trace_builder_bound(&scene.builder, 1, trace_builder_inet(0, 0, 0, 0, 8080));
	trace_builder_event(&scene.builder, 1, TRACE_EVENT_LISTEN, 1200);
	trace_builder_event(&scene.builder, 1, TRACE_EVENT_DUP, 1300);
	trace_builder_event(&scene.builder, 1, TRACE_EVENT_DUP, 1400);
	model_scene_load(&scene);
	cr_expect_eq(scene.model.sockets[0].local.port, 8080);
	cr_expect_eq(scene.model.events_count, 3);
}

Test(model, counts_losses_with_their_first_error)
{
	trace_builder_lost(&scene.builder, TRACE_LOST_FILE_FULL, 7)->error = ENOSPC;
	model_scene_load(&scene);
	cr_assert_eq(scene.model.losses_count, 1);
	cr_expect_eq(scene.model.losses[0].reason, TRACE_LOST_FILE_FULL);
	cr_expect_eq(scene.model.losses[0].count, 7);
	cr_expect_eq(scene.model.losses[0].error, ENOSPC);
}

Test(model, tells_the_runtime_by_program_and_modules)
{
	static const char *const arguments[] = {"x", NULL};

	trace_builder_process(&scene.builder, "/usr/bin/python3.11", "/", arguments);
	model_scene_load(&scene);
	cr_expect_str_eq(scene.model.processes[0].runtime, "python");
	model_release(&scene.model);
	trace_builder_module(&scene.builder, "/opt/jdk/lib/server/libjvm.so", 1, 2);
	trace_builder_process(&scene.builder, "/opt/jdk/bin/java", "/", arguments);
	model_scene_load(&scene);
	cr_expect_str_eq(scene.model.processes[0].runtime, "java");
}

Test(model, reads_up_to_a_corrupt_record_and_says_so)
{
	trace_builder_socket(&scene.builder, 3, 1100);
	trace_builder_add(&scene.builder, TRACE_LINK, 8);
	trace_builder_socket(&scene.builder, 4, 1100);
	model_scene_load(&scene);
	cr_expect_eq(scene.model.sockets_count, 1);
	cr_expect(model_scene_has_note(&scene, "bytes: corrupt record at byte ", true));
}

Test(model, survives_any_times)
{
	struct trace_socket *socket = trace_builder_socket(&scene.builder, 3, UINT64_MAX);

	socket->first_io_ns = 1;
	socket->longest_idle_ns = UINT64_MAX;
	socket->flags = TRACE_SOCKET_TCP_INFO_READ;
	socket->tcp_state = 8;
	socket->tcp_read_ns = UINT64_C(1) << 63;
	socket->tcp_last_ack_recv_ms = UINT32_MAX;
	model_scene_load(&scene);
	cr_expect_gt(model_socket_longest_idle_ns(&scene.model.sockets[0]), 0);
	cr_expect_leq(scene.model.sockets[0].created_ns - scene.model.sockets[0].peer_closed_ns,
		      INT64_MAX);
}

Test(model, keeps_the_name_of_a_class_once)
{
	trace_builder_object(&scene.builder, "a.Session", 1100);
	trace_builder_object(&scene.builder, "a.Pool", 1100);
	trace_builder_object(&scene.builder, "a.Session", 1200);
	model_scene_load(&scene);
	cr_assert_eq(scene.model.objects_count, 3);
	cr_expect_eq(scene.model.class_names_count, 2);
	cr_expect_eq(scene.model.objects[0].class_name, scene.model.objects[2].class_name);
	cr_expect_str_eq(scene.model.objects[1].class_name, "a.Pool");
}
