#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model.h"
#include "scratch.h"
#include "trace_builder.h"

static const char *const command[] = {"prog", "-x", NULL};
static const char *directory;
static struct model model;
static struct error error;

static void setup(void)
{
	directory = scratch_new();
	model_init(&model);
}

static void teardown(void)
{
	model_release(&model);
	scratch_remove_all();
}

TestSuite(model_processes, .init = setup, .fini = teardown);

static void save(struct trace_builder *builder, const char *name)
{
	trace_builder_save(builder, directory, name, trace_builder_size(builder));
	trace_builder_release(builder);
}

/* One image: its header, PROCESS, and a socket that it leaves open. */
static void image(struct trace_builder *builder, uint32_t pid, uint32_t parent_pid,
		  uint64_t started_ns)
{
	trace_builder_init(builder, pid, started_ns);
	trace_builder_header(builder)->parent_pid = parent_pid;
	trace_builder_process(builder, "/bin/prog", "/", command);
	trace_builder_socket(builder, 3, started_ns + 10);
}

static void run_file(uint32_t child_pid, uint64_t started_ns, enum trace_process_end end)
{
	struct trace_builder builder;
	struct trace_run *run;

	trace_builder_init(&builder, 50, started_ns - 5);
	run = trace_builder_run(&builder, child_pid, started_ns, command);
	run->end = end;
	run->ended_ns = end != 0 ? started_ns + 100000 : 0;
	run->status = end == TRACE_PROCESS_END_EXIT ? 4 : 0;
	run->signal_number = end == TRACE_PROCESS_END_SIGNAL ? 9 : 0;
	save(&builder, "run.trace");
}

static void load(void)
{
	cr_assert_eq(model_load(&model, directory, &error), STATUS_OK, "%s", error.reason);
}

Test(model_processes, are_in_the_order_of_their_start_with_parents)
{
	struct trace_builder builder;

	image(&builder, 9, 20, 3000);
	save(&builder, "9.0.trace");
	image(&builder, 20, 1, 1000);
	save(&builder, "20.0.trace");
	load();
	cr_assert_eq(model.processes_count, 2);
	cr_expect_eq(model.processes[0].pid, 20);
	cr_expect_eq(model.processes[0].parent, MODEL_NONE);
	cr_expect_eq(model.processes[1].parent, 0);
	cr_expect_eq(model.processes[1].started_ns, 2000);
	cr_expect_eq(model.sockets[1].process, 1);
	cr_expect_eq(model.processes[1].first_socket, 1);
}

Test(model_processes, take_what_they_copied_for_a_parent_even_when_it_is_gone)
{
	struct trace_builder builder;

	image(&builder, 20, 1, 1000);
	trace_builder_header(&builder)->end = TRACE_PROCESS_END_EXIT;
	trace_builder_header(&builder)->ended_ns = 5000;
	save(&builder, "20.0.trace");
	image(&builder, 21, 1, 3000);
	trace_builder_header(&builder)->forked_from = 20;
	save(&builder, "21.0.trace");
	image(&builder, 22, 20, 6000);
	save(&builder, "22.0.trace");
	load();
	cr_expect_eq(model.processes[1].parent, 0);
	cr_expect_eq(model.processes[2].parent, MODEL_NONE, "20 had ended: another process");
}

Test(model_processes, follow_an_exec_and_give_the_last_image_the_exit_status)
{
	struct trace_builder builder;

	run_file(20, 1000, TRACE_PROCESS_END_EXIT);
	image(&builder, 20, 50, 1100);
	trace_builder_exec(&builder, "/bin/next", 2000);
	save(&builder, "20.0.trace");
	image(&builder, 20, 50, 2100);
	trace_builder_header(&builder)->sequence = 1;
	save(&builder, "20.1.trace");
	load();
	cr_assert_eq(model.processes_count, 2);
	cr_expect(model.processes[0].is_root);
	cr_expect_not(model.processes[1].is_root);
	cr_expect_eq(model.processes[0].end, TRACE_PROCESS_END_EXEC);
	cr_expect_eq(model.processes[0].status, -1);
	cr_expect_eq(model.processes[1].parent, 0);
	cr_expect_eq(model.processes[1].end, TRACE_PROCESS_END_EXIT);
	cr_expect_eq(model.processes[1].status, 4);
	cr_expect_eq(model.processes[1].ended_ns, 100000);
	cr_expect_eq(model.ended_ns, 100000);
	cr_expect_eq(model.sockets[1].end, TRACE_END_EXIT);
}

/* What the program was that it called is not recorded, and has no row. */
Test(model_processes, give_an_image_that_ended_by_exec_no_signal)
{
	struct trace_builder builder;

	run_file(20, 1000, TRACE_PROCESS_END_SIGNAL);
	image(&builder, 20, 50, 1100);
	trace_builder_exec(&builder, "/bin/next", 2000);
	save(&builder, "20.0.trace");
	load();
	cr_assert_eq(model.processes_count, 1);
	cr_expect_eq(model.processes[0].end, TRACE_PROCESS_END_EXEC);
	cr_expect_eq(model.processes[0].signal_number, 0);
	cr_expect_eq(model.processes[0].status, -1);
}

Test(model_processes, infer_an_exec_that_no_hook_saw)
{
	struct trace_builder builder;

	image(&builder, 20, 1, 1000);
	save(&builder, "20.0.trace");
	image(&builder, 20, 1, 2000);
	save(&builder, "20.1.trace");
	load();
	cr_expect_eq(model.processes[0].end, TRACE_PROCESS_END_EXEC);
	cr_expect_eq(model.processes[0].ended_ns, 1000);
	cr_expect_eq(model.processes[1].parent, 0);
}

Test(model_processes, do_not_take_a_pid_used_again_for_an_exec)
{
	struct trace_builder builder;

	image(&builder, 20, 1, 1000);
	trace_builder_header(&builder)->end = TRACE_PROCESS_END_EXIT;
	trace_builder_header(&builder)->ended_ns = 1500;
	save(&builder, "20.0.trace");
	image(&builder, 20, 1, 2000);
	save(&builder, "20.1.trace");
	load();
	cr_expect_eq(model.processes[0].end, TRACE_PROCESS_END_EXIT);
	cr_expect_eq(model.processes[1].parent, MODEL_NONE);
}

Test(model_processes, that_were_killed_end_as_run_saw_it)
{
	struct trace_builder builder;

	run_file(20, 1000, TRACE_PROCESS_END_SIGNAL);
	image(&builder, 20, 50, 1100);
	save(&builder, "20.0.trace");
	load();
	cr_expect_eq(model.processes[0].end, TRACE_PROCESS_END_SIGNAL);
	cr_expect_eq(model.processes[0].signal_number, 9);
	cr_expect_eq(model.processes[0].status, -1);
	cr_expect_eq(model.sockets[0].end, TRACE_END_EXIT);
	cr_expect_eq(model.sockets[0].closed_ns, 100000);
	cr_expect_not(model.processes[0].is_live);
}

static bool has_unfinished(const char *text)
{
	for (uint32_t i = 0; i < model.notes_count; i++) {
		if (model.notes[i].is_unfinished && strcmp(model.notes[i].text, text) == 0)
			return true;
	}
	return false;
}

Test(model_processes, are_live_while_their_file_is_held_for_writing)
{
	struct trace_builder builder;
	int fd;

	image(&builder, 20, 50, 1100);
	save(&builder, "20.0.trace");
	fd = open(scratch_format("%s/20.0.trace", directory), O_RDWR);
	load();
	cr_expect(model.processes[0].is_live);
	cr_expect_eq(model.sockets[0].end, 0);
	cr_expect_eq(model.ended_ns, TIME_NONE);
	cr_expect(has_unfinished("prog (pid 20) was still running when this was read"));
	close(fd);
}

Test(model_processes, without_an_end_or_a_writer_are_dead)
{
	struct trace_builder builder;

	image(&builder, 20, 50, 1100);
	save(&builder, "20.0.trace");
	load();
	cr_expect_not(model.processes[0].is_live);
	cr_expect_eq(model.processes[0].end, 0);
	cr_expect_eq(model.notes_count, 0);
}

Test(model_processes, are_not_over_while_run_has_not_seen_the_end)
{
	struct trace_builder builder;

	run_file(20, 1000, 0);
	image(&builder, 20, 50, 1100);
	trace_builder_header(&builder)->end = TRACE_PROCESS_END_EXIT;
	trace_builder_header(&builder)->ended_ns = 5000;
	save(&builder, "20.0.trace");
	load();
	cr_expect_not(model.processes[0].is_live);
	cr_expect(has_unfinished("socklife run has not seen the program end: it is still waiting, "
				 "or was killed"));
}

Test(model_processes, without_a_trace_are_known_from_run)
{
	run_file(20, 1000, TRACE_PROCESS_END_EXIT);
	load();
	cr_assert_eq(model.processes_count, 1);
	cr_expect(model.processes[0].by_run);
	cr_expect(model.processes[0].is_root);
	cr_expect_eq(model.processes[0].pid, 20);
	cr_expect_eq(model.processes[0].status, 4);
	cr_expect_str_eq(model.processes[0].arguments[1], "-x");
	cr_expect_eq(model.processes[0].started_ns, 0);
}

Test(model_processes, inherit_names_that_their_fork_parent_looked_up)
{
	struct trace_builder builder;

	image(&builder, 20, 1, 1000);
	trace_builder_name(&builder, "db", trace_builder_inet(127, 0, 0, 1, 5432), 1100);
	save(&builder, "20.0.trace");
	image(&builder, 21, 20, 2000);
	trace_builder_header(&builder)->forked_from = 20;
	trace_builder_connect(&builder, 1, 2100, 2200);
	save(&builder, "21.0.trace");
	image(&builder, 22, 20, 3000);
	trace_builder_connect(&builder, 1, 3100, 3200);
	save(&builder, "22.0.trace");
	load();
	cr_assert_not_null(model.sockets[1].peer_name);
	cr_expect_str_eq(model.sockets[1].peer_name, "db");
	cr_expect_null(model.sockets[2].peer_name, "an exec'd child knows nothing of it");
}

Test(model_processes, keep_the_name_of_a_socket_that_came_through_exec)
{
	struct trace_builder builder;

	image(&builder, 20, 1, 1000);
	trace_builder_name(&builder, "db", trace_builder_inet(127, 0, 0, 1, 5432), 1100);
	trace_builder_exec(&builder, "/bin/next", 1500);
	save(&builder, "20.0.trace");
	trace_builder_init(&builder, 20, 2000);
	trace_builder_socket(&builder, 3, 2000)->origin = TRACE_ORIGIN_INHERITED;
	trace_builder_connect(&builder, 1, 2000, 2000);
	save(&builder, "20.1.trace");
	load();
	cr_assert_not_null(model.sockets[1].peer_name);
	cr_expect_str_eq(model.sockets[1].peer_name, "db");
}

Test(model_processes, keep_their_ids_apart)
{
	struct trace_builder builder;

	for (uint32_t pid = 20; pid < 23; pid++) {
		image(&builder, pid, 1, 1000 * pid);
		trace_builder_object(&builder, "a.Session", 1000 * pid + 20);
		trace_builder_link(&builder, 1, 1, TRACE_LINK_OWNER, 0);
		save(&builder, scratch_format("%u.0.trace", pid));
	}
	load();
	cr_assert_eq(model.links_count, 3);
	for (uint32_t i = 0; i < 3; i++) {
		cr_expect_eq(model.links[i].socket, i);
		cr_expect_eq(model.links[i].object, i);
		cr_expect_eq(model.objects[i].process, i);
		cr_expect_str_eq(model.objects[i].class_name, "a.Session");
	}
}

Test(model_processes, load_beside_a_file_that_cannot_be_used)
{
	struct trace_builder builder;

	image(&builder, 20, 1, 1000);
	save(&builder, "20.0.trace");
	scratch_write(scratch_format("%s/21.0.trace", directory), "", 0);
	load();
	cr_expect_eq(model.processes_count, 1);
	cr_assert_eq(model.notes_count, 1);
	cr_expect(model.notes[0].is_gap);
	cr_expect_eq(model.notes[0].process, 0);
	cr_expect(strstr(model.notes[0].text, "21.0.trace: is empty") != NULL, "%s",
		  model.notes[0].text);
}

Test(model_processes, are_cut_off_where_their_file_is)
{
	struct trace_builder builder;

	image(&builder, 20, 1, 1000);
	trace_builder_socket(&builder, 4, 1200);
	trace_builder_save(&builder, directory, "20.0.trace", trace_builder_size(&builder) - 8);
	trace_builder_release(&builder);
	load();
	cr_expect_eq(model.sockets_count, 1);
	cr_assert_eq(model.notes_count, 1);
	cr_expect(strstr(model.notes[0].text, "cut off") != NULL, "%s", model.notes[0].text);
}

Test(model_processes, are_an_error_when_no_file_can_be_used)
{
	struct trace_builder builder;

	cr_expect_eq(model_load(&model, directory, &error), STATUS_NOT_FOUND);
	cr_expect(strstr(error.reason, "no trace") != NULL, "%s", error.reason);
	model_release(&model);
	image(&builder, 20, 1, 1000);
	trace_builder_header(&builder)->version = TRACE_VERSION + 1;
	save(&builder, "20.0.trace");
	cr_expect_eq(model_load(&model, directory, &error), STATUS_NEWER);
	model_release(&model);
	cr_expect_eq(model_load(&model, scratch_format("%s/none", directory), &error),
		     STATUS_NOT_FOUND);
}
