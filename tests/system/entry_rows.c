/* Calls that are seldom made on sockets: the same as bare, and recorded as what they are. */
#include <string.h>

#include "comparison.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(entry_rows);

/* From the first line that no pid or port is in. */
static const char *results_of(const struct command *command)
{
	const char *line = strstr(command->out, "pid=");

	cr_assert_not_null(line, "%s%s", command->out, command->err);
	return strchr(line, '\n');
}

/* Bare and recorded, with the same results but where addresses are among them. */
static void row_run(struct subject *subject, const char *scenario)
{
	const struct subject_options options = {.way = SUBJECT_BARE};
	struct subject bare;

	subject_run(&bare, &options, COMMAND_LIST(scratch_subject("entry_rows"), scenario));
	subject_record(subject, "entry_rows", scenario);
	comparison_expect_same(&bare.command, &subject->command, true);
	if (strstr(bare.command.out, "_local=") == NULL)
		cr_expect_str_eq(results_of(&subject->command), results_of(&bare.command));
	subject_release(&bare);
}

static const json_t *socket_of(const struct subject *subject, const char *fact, size_t nth)
{
	const json_t *row = report_fd(subject->report, subject_pid(subject),
				      subject_fact(subject, fact), nth);

	cr_assert_not_null(row, "no %s in %s", fact, report_dump(subject->report));
	return row;
}

static void expect_moved(const json_t *socket, int sent, int received)
{
	cr_expect_eq(report_number(socket, "bytes_sent"), sent, "%s", report_dump(socket));
	cr_expect_eq(report_number(socket, "bytes_received"), received, "%s", report_dump(socket));
}

static bool is_complete(const struct subject *subject)
{
	return json_is_true(
		json_object_get(json_object_get(subject->report, "coverage"), "complete"));
}

static void expect_complete(const struct subject *subject)
{
	cr_expect(is_complete(subject), "%s", report_dump(subject->report));
	cr_expect_str_eq(report_text(socket_of(subject, "client", 0), "end"), "closed");
}

Test(entry_rows, a_position_is_refused_and_minus_one_is_none)
{
	struct subject subject;

	row_run(&subject, "positioned");
	cr_expect_not_null(strstr(subject.command.out, "pread: -1 ESPIPE"));
	expect_moved(socket_of(&subject, "client", 0), 7, 0);
	expect_moved(socket_of(&subject, "server", 0), 0, 7);
	expect_complete(&subject);
	subject_release(&subject);
}

Test(entry_rows, what_sockets_refuse_counts_nothing)
{
	struct subject subject;

	row_run(&subject, "refused");
	expect_moved(socket_of(&subject, "client", 0), 0, 0);
	expect_moved(socket_of(&subject, "server", 0), 0, 0);
	expect_complete(&subject);
	subject_release(&subject);
}

Test(entry_rows, a_table_of_its_own_is_told_and_ends_nothing_here)
{
	struct subject subject;
	const json_t *notes;

	row_run(&subject, "unshared");
	cr_expect_str_eq(report_text(socket_of(&subject, "other", 0), "end"), "closed");
	cr_expect_str_eq(report_text(socket_of(&subject, "client", 0), "end"), "closed");
	expect_moved(socket_of(&subject, "client", 0), 13, 0);
	notes = json_object_get(json_object_get(subject.report, "coverage"), "notes");
	cr_expect_not(is_complete(&subject));
	cr_assert_eq(json_array_size(notes), 1, "%s", report_dump(notes));
	cr_expect_not_null(
		strstr(json_string_value(json_array_get(notes, 0)), "CLOSE_RANGE_UNSHARE"));
	subject_release(&subject);
}

Test(entry_rows, second_names_are_the_same_hooks)
{
	struct subject subject;
	const json_t *own;

	row_run(&subject, "aliases");
	own = report_local(subject.report, 0, subject_fact_text(&subject, "own_local"));
	cr_expect_str_eq(report_text(own, "end"), "closed");
	cr_expect_not(report_is_null(own, "connected"));
	expect_moved(own, 8, 2);
	expect_complete(&subject);
	subject_release(&subject);
}

/* The listener, the pair, and nothing of libc's own. */
Test(entry_rows, what_libc_asks_of_services_is_no_socket_of_the_program)
{
	struct subject subject;

	row_run(&subject, "lookups");
	cr_expect_eq(report_size(subject.report, "sockets"), 3, "%s", report_dump(subject.report));
	expect_complete(&subject);
	subject_release(&subject);
}

Test(entry_rows, a_child_with_a_terminal_ends_nothing_of_its_parents)
{
	struct subject subject;

	row_run(&subject, "terminal");
	expect_moved(socket_of(&subject, "client", 0), 21, 0);
	cr_expect_eq(report_size(subject.report, "processes"), 2);
	expect_complete(&subject);
	subject_release(&subject);
}

Test(entry_rows, a_shell_of_wordexp_ends_nothing)
{
	struct subject subject;

	row_run(&subject, "words");
	expect_moved(socket_of(&subject, "client", 0), 22, 0);
	expect_complete(&subject);
	subject_release(&subject);
}

Test(entry_rows, fcloseall_closes_nothing)
{
	struct subject subject;

	row_run(&subject, "streams");
	expect_moved(socket_of(&subject, "client", 0), 23, 0);
	cr_expect(is_complete(&subject), "%s", report_dump(subject.report));
	subject_release(&subject);
}

Test(entry_rows, a_socket_of_a_function_found_by_dlvsym_is_a_gap)
{
	struct subject subject;

	row_run(&subject, "versioned");
	cr_expect_str_eq(report_text(socket_of(&subject, "made", 0), "origin"), "adopted");
	cr_expect_eq(report_number(json_object_get(subject.report, "coverage"), "unseen_sockets"),
		     1);
	cr_expect_not(is_complete(&subject));
	subject_release(&subject);
}
