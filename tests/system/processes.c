/* Children, exec and the sockets that go along. */
#include <signal.h>
#include <string.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(processes);

static const json_t *client_of(const struct subject *subject, long long pid)
{
	return report_local(subject->report, pid, subject_fact_text(subject, "client_local"));
}

/* The parent's socket, after whatever its child did: alive until its own close, bytes its own. */
static void expect_parent_unharmed(const struct subject *subject, int sent)
{
	const json_t *client = client_of(subject, subject_pid(subject));

	cr_expect_str_eq(report_text(client, "end"), "closed");
	cr_expect_eq(report_number(client, "bytes_sent"), sent, "%s", report_dump(client));
	cr_expect_gt(report_frame_depth(client, "closed_at", "main"), 0);
}

static void expect_child(const struct subject *subject, long long pid, int status)
{
	const json_t *child = report_process(subject->report, pid);
	const json_t *parent = report_process(subject->report, subject_pid(subject));

	cr_expect_str_eq(report_text(child, "parent"), report_text(parent, "id"));
	cr_expect_str_eq(report_text(child, "end"), "exit");
	cr_expect_eq(report_number(child, "status"), status);
}

Test(processes, a_forked_child_has_a_row_of_its_own_for_an_inherited_socket)
{
	struct subject subject;
	const json_t *inherited;
	long long child;

	subject_record(&subject, "processes", "fork");
	child = subject_fact(&subject, "child");
	expect_parent_unharmed(&subject, 7);
	expect_child(&subject, child, 3);
	inherited = client_of(&subject, child);
	cr_expect_str_eq(report_text(inherited, "origin"), "inherited");
	cr_expect_str_eq(report_text(inherited, "end"), "closed");
	cr_expect_eq(report_number(inherited, "bytes_sent"), 5);
	cr_expect_eq(report_number(inherited, "cookie"),
		     report_number(client_of(&subject, subject_pid(&subject)), "cookie"));
	cr_expect_lt(report_seconds(inherited, "closed"),
		     report_seconds(client_of(&subject, subject_pid(&subject)), "closed"));
	subject_release(&subject);
}

Test(processes, a_forked_child_that_goes_on_is_recorded_to_its_end)
{
	struct subject_options options = {.way = SUBJECT_PRELOAD};
	struct subject subject;
	const json_t *own;
	long long child;

	subject_run(&subject, &options, COMMAND_LIST(scratch_subject("processes"), "fork-goes-on"));
	cr_expect_eq(subject.command.status, 4);
	child = subject_fact(&subject, "child");
	expect_child(&subject, child, 6);
	own = report_local(subject.report, child, subject_fact_text(&subject, "own_local"));
	cr_expect_str_eq(report_text(own, "origin"), "connect");
	cr_expect_eq(report_number(own, "bytes_sent"), 33);
	cr_expect_eq(report_number(own, "fd"), subject_fact(&subject, "own"));
	cr_expect_eq(report_number(client_of(&subject, child), "bytes_sent"), 9);
	cr_expect_eq(report_number(client_of(&subject, subject_pid(&subject)), "bytes_sent"), 0);
	subject_release(&subject);
}

Test(processes, a_vfork_child_ends_nothing_of_its_parents)
{
	struct subject subject;

	subject_record(&subject, "processes", "vfork");
	expect_parent_unharmed(&subject, 8);
	subject_release(&subject);
}

Test(processes, a_cloned_child_in_our_memory_ends_nothing_either)
{
	struct subject subject;

	subject_record(&subject, "processes", "clone");
	expect_parent_unharmed(&subject, 8);
	subject_release(&subject);
	subject_record(&subject, "processes", "clone-beside");
	expect_parent_unharmed(&subject, 8);
	subject_release(&subject);
}

static json_t *process_ended_by(const json_t *report, long long pid, const char *end)
{
	json_t *row;
	size_t index;

	json_array_foreach(json_object_get(report, "processes"), index,
			   row) if (report_number(row, "pid") == pid &&
				    report_is(row, "end", end)) return row;
	cr_assert_fail("no image of %lld ended by %s: %s", pid, end, report_dump(report));
	return NULL;
}

static const json_t *socket_of_image(const json_t *report, const json_t *image, const char *local)
{
	const json_t *row;
	size_t index;

	json_array_foreach(json_object_get(report, "sockets"), index,
			   row) if (report_is(row, "process", report_text(image, "id")) &&
				    report_is(row, "local", local)) return row;
	return NULL;
}

static void expect_end(const json_t *report, const json_t *image, const char *local,
		       const char *end)
{
	const json_t *socket = socket_of_image(report, image, local);

	cr_assert_not_null(socket, "no %s in %s: %s", local, report_text(image, "id"),
			   report_dump(report));
	cr_expect(report_is(socket, "end", end), "%s", report_dump(socket));
}

Test(processes, exec_ends_what_closes_on_exec_and_hands_on_the_rest)
{
	struct subject_options options = {.way = SUBJECT_RUN};
	struct subject subject;
	const json_t *before, *after, *kept;
	long long pid;

	subject_run(&subject, &options, COMMAND_LIST(scratch_subject("processes"), "exec"));
	cr_expect_eq(subject.command.status, 12);
	pid = subject_pid(&subject);
	before = process_ended_by(subject.report, pid, "exec");
	after = process_ended_by(subject.report, pid, "exit");
	cr_expect_eq(report_number(after, "status"), 12);
	expect_end(subject.report, before, subject_fact_text(&subject, "client_local"), "exec");
	cr_expect_null(socket_of_image(subject.report, after,
				       subject_fact_text(&subject, "client_local")));
	expect_end(subject.report, after, subject_fact_text(&subject, "restored_local"), "exit");
	kept = socket_of_image(subject.report, after, subject_fact_text(&subject, "kept_local"));
	cr_assert_not_null(kept, "%s", report_dump(subject.report));
	cr_expect_str_eq(report_text(kept, "origin"), "inherited");
	cr_expect_str_eq(report_text(kept, "end"), "closed");
	cr_expect_eq(report_number(kept, "bytes_sent"), 20);
	cr_expect_eq(report_number(kept, "fd"), subject_fact(&subject, "kept"));
	kept = socket_of_image(subject.report, before, subject_fact_text(&subject, "kept_local"));
	cr_expect_eq(report_number(kept, "bytes_sent"), 10);
	subject_release(&subject);
}

Test(processes, an_exec_that_fails_ends_nothing)
{
	struct subject subject;

	subject_record(&subject, "processes", "exec-in-vain");
	expect_parent_unharmed(&subject, 17);
	cr_expect_str_eq(report_text(report_process(subject.report, subject_pid(&subject)), "end"),
			 "exit");
	subject_release(&subject);
}

Test(processes, a_spawned_child_is_followed_and_ends_nothing_of_its_parents)
{
	struct subject subject;
	long long child;

	subject_record(&subject, "processes", "spawn");
	child = subject_fact(&subject, "child");
	expect_parent_unharmed(&subject, 18);
	expect_child(&subject, child, 0);
	cr_expect_eq(report_sockets_of(subject.report, child, "connect"), 1);
	subject_release(&subject);
}

/* The children of system() and popen(), which are a shell's children. */
Test(processes, children_of_a_shell_are_followed)
{
	struct subject subject;
	const json_t *row;
	size_t index, found = 0;

	subject_record(&subject, "processes", "shell");
	json_array_foreach(json_object_get(subject.report, "sockets"), index, row)
		found += report_number(row, "bytes_sent") == 77 &&
			 report_is(row, "origin", "connect") && report_is(row, "end", "closed");
	cr_expect_eq(found, 2, "%s", report_dump(subject.report));
	subject_release(&subject);
}

/* It could not tell of its own end: the parent that waited for it does. */
Test(processes, a_killed_child_ends_by_the_signal_that_its_parent_was_told)
{
	struct subject subject;

	subject_record(&subject, "processes", "killed");
	for (int way = 0; way < 5; way++) {
		long long pid = subject_fact(&subject, scratch_format("killed%d", way));
		const json_t *child = report_process(subject.report, pid);

		cr_expect_str_eq(report_text(child, "end"), "signal", "way %d", way);
		cr_expect_eq(report_number(child, "signal"), way == 0 ? SIGTERM : SIGKILL);
		cr_expect(report_is_null(child, "status"));
		cr_expect_eq(report_sockets_of(subject.report, pid, "connect"), 1);
		cr_expect_eq(report_sockets_of(subject.report, pid, "accept"), 1);
	}
	subject_release(&subject);
}

/* As sshd, Node and many test runners speak with their children. */
Test(processes, half_a_pair_in_a_child_is_no_connection)
{
	static const char program[] =
		"import socket, subprocess, sys\n"
		"ours, childs = socket.socketpair()\n"
		"subprocess.run([sys.executable, '-c',\n"
		"    'import socket; socket.socket(fileno=0).sendall(b\"x\")'], stdin=childs)\n"
		"ours.recv(1)\n";
	struct subject_options options = {.way = SUBJECT_RUN};
	struct subject subject;
	const json_t *totals;

	subject_run(&subject, &options, COMMAND_LIST("/usr/bin/python3", "-c", program));
	cr_assert_eq(subject.command.status, 0, "%s", subject.command.err);
	totals = json_object_get(subject.report, "totals");
	cr_expect_eq(report_number(totals, "sockets"), 2, "%s", report_dump(subject.report));
	cr_expect_eq(report_number(totals, "connections"), 0, "%s", report_dump(subject.report));
	cr_expect_eq(report_number(totals, "bytes_sent"), 1);
	subject_release(&subject);
}
