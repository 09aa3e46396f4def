/* A client library that only a text file of the user's describes, called in every way there is. */
#include <string.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(handles_catalog);

static const char door_text[] = "# a comment\n"
				"library libdoor.so\n"
				"handle hall pool\n"
				"create return: hall_make\n"
				"destroy 1: hall_leave\n"
				"handle door connection one-thread\n"
				"create return: door_open door_make door_fail\n"
				"create 2 if return=0: door_make_at\n"
				"use 1: door_knock door_measure+2 door_tell+any door_each\n"
				"move 2 into 1: hall_enter\n"
				"destroy 1: door_shut door_drop\n";

static const char *catalog_write(const char *text)
{
	const char *path = scratch_format("%s/own.handles", scratch_new());

	scratch_write(path, text, strlen(text));
	return path;
}

static void door_run(struct subject *subject, const char *const argv[])
{
	struct subject_options options = {.way = SUBJECT_RUN};

	options.run_options = COMMAND_LIST("--handles", catalog_write(door_text));
	subject_run(subject, &options, argv);
	cr_assert_eq(subject->command.status, 0, "%s", subject->command.err);
	cr_assert_str_eq(subject->command.err, "");
}

static void door_record(struct subject *subject, const char *scenario)
{
	door_run(subject, COMMAND_LIST(scratch_subject("handles_door"), scenario));
}

static const json_t *socket_named(const struct subject *subject, const char *fact)
{
	return report_fd(subject->report, subject_pid(subject), subject_fact(subject, fact), 0);
}

static void expect_owner(const json_t *socket, size_t place, const json_t *object)
{
	const json_t *owner = json_array_get(json_object_get(socket, "owners"), place);

	cr_assert_not_null(owner, "%s", report_dump(socket));
	cr_expect(json_equal(owner, json_object_get(object, "id")), "%s", report_dump(socket));
}

static void expect_door(const struct subject *subject, long long nth, const char *connects,
			const char *end)
{
	const json_t *door = report_object(subject->report, "door", nth);

	cr_expect_str_eq(report_text(door, "connects"), connects, "%s", report_dump(door));
	cr_expect_str_eq(report_text(door, "end"), end, "%s", report_dump(door));
	cr_expect_str_eq(report_text(door, "runtime"), "c");
	cr_expect_str_eq(report_text(door, "role"), "connection");
}

Test(handles_catalog, a_handle_that_connects_when_created)
{
	struct subject subject;
	const json_t *socket;

	door_record(&subject, "open");
	expect_door(&subject, 1, "at-creation", "call");
	socket = socket_named(&subject, "client");
	expect_owner(socket, 0, report_object(subject.report, "door", 1));
	cr_expect_eq(report_size(socket, "owners"), 1);
	cr_expect_str_eq(report_text(socket, "match"), "handle");
	cr_expect_eq(report_size(subject.report, "objects"), 1);
	subject_release(&subject);
}

Test(handles_catalog, a_handle_that_connects_on_first_use)
{
	struct subject subject;

	door_record(&subject, "late");
	expect_door(&subject, 1, "on-first-use", "call");
	expect_owner(socket_named(&subject, "client"), 0, report_object(subject.report, "door", 1));
	subject_release(&subject);
}

Test(handles_catalog, what_fails_makes_no_object)
{
	struct subject subject;

	door_record(&subject, "out");
	expect_door(&subject, 1, "on-first-use", "call");
	cr_expect_eq(report_size(subject.report, "objects"), 1);
	subject_release(&subject);
}

/* The subject checks what arrived. */
Test(handles_catalog, arguments_in_registers_and_on_the_stack_arrive)
{
	struct subject subject;

	door_record(&subject, "arguments");
	cr_expect_str_eq(subject_fact_text(&subject, "told"), "1 two 3.5 4 5 6 7 eight");
	expect_door(&subject, 1, "at-creation", "call");
	subject_release(&subject);
}

Test(handles_catalog, a_callback_may_use_handles)
{
	struct subject subject;
	const json_t *outer, *inner;

	door_record(&subject, "callback");
	outer = report_object(subject.report, "door", 1);
	inner = report_object(subject.report, "door", 2);
	cr_expect_str_eq(report_text(outer, "connects"), "on-first-use");
	cr_expect_str_eq(report_text(inner, "connects"), "at-creation");
	cr_expect(json_equal(json_object_get(inner, "created_by"), json_object_get(outer, "id")),
		  "%s", report_dump(inner));
	cr_expect_eq(report_size(inner, "opened"), 1);
	cr_expect_eq(report_size(outer, "opened"), 2, "its own, and what was opened in its call");
	subject_release(&subject);
}

Test(handles_catalog, a_jump_out_of_a_call_ends_it)
{
	struct subject subject;

	door_record(&subject, "jump");
	cr_expect_eq(report_size(socket_named(&subject, "nobodys"), "owners"), 0, "%s",
		     report_dump(subject.report));
	expect_owner(socket_named(&subject, "client"), 0, report_object(subject.report, "door", 1));
	subject_release(&subject);
}

Test(handles_catalog, an_exception_out_of_a_call_ends_it)
{
	struct subject subject;

	door_run(&subject, COMMAND_LIST(scratch_subject("handles_throw")));
	cr_expect_eq(subject_fact(&subject, "caught"), 3);
	cr_expect_eq(report_count(subject.report, "sockets", "match", "handle"), 1);
	cr_expect_eq(report_size(report_object(subject.report, "door", 1), "opened"), 1, "%s",
		     report_dump(subject.report));
	subject_release(&subject);
}

/* malloc() gives the same address again and again. */
Test(handles_catalog, an_address_used_again_is_another_object)
{
	struct subject subject;

	door_record(&subject, "reused");
	cr_expect_eq(report_size(subject.report, "objects"), 50);
	cr_expect_eq(report_count(subject.report, "objects", "end", "call"), 50);
	cr_expect_eq(report_count(subject.report, "sockets", "match", "handle"), 50);
	expect_door(&subject, 50, "on-first-use", "call");
	subject_release(&subject);
}

Test(handles_catalog, handles_that_are_left)
{
	struct subject subject;

	door_record(&subject, "leaked");
	expect_door(&subject, 1, "at-creation", "exit");
	cr_expect_eq(report_size(report_object(subject.report, "door", 1), "open_at_end"), 1);
	subject_release(&subject);
	door_record(&subject, "dropped");
	expect_door(&subject, 1, "at-creation", "call");
	cr_expect_eq(report_size(report_object(subject.report, "door", 1), "open_at_end"), 1);
	cr_expect_str_eq(report_text(socket_named(&subject, "client"), "end"), "exit");
	subject_release(&subject);
}

static void expect_verdict(const struct subject *subject, const char *words, bool is_said)
{
	struct command command;

	command_run(&command, COMMAND_LIST(scratch_built("socklife"), "report", subject->trace),
		    NULL);
	cr_expect_eq(command.status, 0);
	cr_expect_eq(strstr(command.out, words) != NULL, is_said, "%s", command.out);
	command_release(&command);
}

Test(handles_catalog, a_socket_closed_behind_its_handles_back)
{
	struct subject subject;

	door_record(&subject, "behind");
	expect_door(&subject, 1, "at-creation", "call");
	expect_verdict(&subject, "closed behind its back", true);
	subject_release(&subject);
	door_record(&subject, "open");
	expect_verdict(&subject, "closed behind its back", false);
	subject_release(&subject);
	door_record(&subject, "dropped");
	expect_verdict(&subject, "left open when it was gone", true);
	subject_release(&subject);
}

Test(handles_catalog, what_moves_into_another_handle_is_that_ones_too)
{
	struct subject subject;
	const json_t *socket;

	door_record(&subject, "moved");
	socket = report_row(subject.report, "sockets", "match", "handle");
	expect_owner(socket, 0, report_object(subject.report, "door", 1));
	expect_owner(socket, 1, report_object(subject.report, "hall", 1));
	subject_release(&subject);
}

Test(handles_catalog, threads_each_have_their_own)
{
	struct subject subject;

	door_record(&subject, "threads");
	cr_expect_eq(report_size(subject.report, "objects"), 48);
	cr_expect_eq(report_count(subject.report, "objects", "connects", "at-creation"), 48);
	cr_expect_eq(report_count(subject.report, "sockets", "match", "handle"), 48);
	subject_release(&subject);
}

/* One of them loads the unwinder, and the others do not go without. */
Test(handles_catalog, threads_that_start_at_once_have_stacks)
{
	const json_t *object;
	struct subject subject;
	size_t i;

	door_record(&subject, "at-once");
	cr_expect_eq(report_size(subject.report, "objects"), 8);
	json_array_foreach(json_object_get(subject.report, "objects"), i, object)
	{
		const json_t *id = json_array_get(json_object_get(object, "opened"), 0);
		const json_t *socket = report_row(subject.report, "sockets", "id",
						  json_string_value(id));

		cr_expect_geq(report_frame_depth(object, "created_at", "start_run"), 0, "%s",
			      report_dump(object));
		cr_expect_geq(report_frame_depth(socket, "opened_at", "start_run"), 0, "%s",
			      report_dump(socket));
		cr_expect_geq(report_frame_depth(socket, "closed_at", "start_run"), 0, "%s",
			      report_dump(socket));
	}
	subject_release(&subject);
}

static size_t shared_count(const struct subject *subject)
{
	return report_count(subject->report, "findings", "rule", "shared-across-threads");
}

/* Told once, at the line of the call that came to the other one. */
Test(handles_catalog, two_threads_in_calls_on_one_handle_are_told)
{
	const json_t *finding;
	struct subject subject;

	door_record(&subject, "together");
	finding = report_row(subject.report, "findings", "rule", "shared-across-threads");
	cr_expect_eq(shared_count(&subject), 1, "%s", report_dump(subject.report));
	cr_expect(json_equal(json_object_get(finding, "object"),
			     json_object_get(report_object(subject.report, "door", 1), "id")),
		  "%s", report_dump(finding));
	cr_expect_str_eq(report_text(json_object_get(finding, "at"), "function"), "door_share");
	subject_release(&subject);
}

/* One after another, or by a thread that left its call by another way, or within its own call. */
Test(handles_catalog, use_in_turn_is_not_told)
{
	static const char *const scenarios[] = {"in-turn", "jumped", "ended", "within", "threads"};
	struct subject subject;

	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
		door_record(&subject, scenarios[i]);
		cr_expect_eq(shared_count(&subject), 0, "%s", scenarios[i]);
		subject_release(&subject);
	}
}

Test(handles_catalog, a_forked_child_has_handles_too)
{
	struct subject subject;
	const json_t *process;
	long long child;

	door_record(&subject, "fork");
	child = subject_fact(&subject, "child");
	process = report_process(subject.report, child);
	cr_expect_eq(report_count(subject.report, "objects", "connects", "at-creation"), 2, "%s",
		     report_dump(subject.report));
	cr_expect_str_eq(report_text(process, "end"), "exit");
	subject_release(&subject);
}

Test(handles_catalog, under_full_relro)
{
	struct subject subject;

	door_run(&subject, COMMAND_LIST(scratch_subject("handles_door_now"), "arguments"));
	expect_door(&subject, 1, "at-creation", "call");
	subject_release(&subject);
	door_run(&subject, COMMAND_LIST(scratch_subject("handles_door_now"), "jump"));
	cr_expect_eq(report_size(socket_named(&subject, "nobodys"), "owners"), 0);
	subject_release(&subject);
}

Test(handles_catalog, found_by_dlsym_under_rtld_local)
{
	struct subject subject;

	door_run(&subject,
		 COMMAND_LIST(scratch_subject("handles_found"), scratch_subject("libdoor.so")));
	expect_door(&subject, 1, "at-creation", "call");
	subject_release(&subject);
}

Test(handles_catalog, found_by_rtld_next_is_a_gap)
{
	const json_t *coverage;
	struct subject subject;

	door_record(&subject, "next");
	coverage = json_object_get(subject.report, "coverage");
	cr_expect(json_is_false(json_object_get(coverage, "complete")), "%s",
		  report_dump(coverage));
	cr_expect_not_null(strstr(report_dump(coverage), "RTLD_NEXT"), "%s", report_dump(coverage));
	cr_expect_eq(report_size(socket_named(&subject, "nobodys"), "owners"), 0);
	subject_release(&subject);
	door_record(&subject, "late");
	cr_expect(json_is_true(
		json_object_get(json_object_get(subject.report, "coverage"), "complete")));
	subject_release(&subject);
}

Test(handles_catalog, brought_along_by_a_plug_in_that_comes_and_goes)
{
	struct subject subject;

	door_run(&subject, COMMAND_LIST(scratch_subject("handles_plugged"),
					scratch_subject("libplugdoor.so")));
	cr_expect_eq(report_size(subject.report, "objects"), 3);
	expect_door(&subject, 3, "at-creation", "call");
	subject_release(&subject);
}

Test(handles_catalog, threads_load_and_unload_at_once)
{
	struct subject subject;

	door_run(&subject, COMMAND_LIST(scratch_subject("handles_loading"),
					scratch_subject("libplugdoor.so")));
	cr_expect_eq(report_count(subject.report, "objects", "connects", "at-creation"), 48);
	cr_expect_eq(report_count(subject.report, "sockets", "match", "handle"), 48);
	subject_release(&subject);
}
