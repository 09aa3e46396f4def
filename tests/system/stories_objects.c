/* Story: a C program that marks objects of its own, with the library and without. */
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"
#include "subject.h"

FIXTURE_SUITE(stories_objects);

static const char *ledger_program(void)
{
	return scratch_built("examples/own_object/ledger");
}

static void expect_ledger(const struct subject *subject, long long number, const char *connects,
			  size_t opened, size_t left)
{
	const json_t *ledger = report_row_numbered(subject->report, "objects", "number", number);

	cr_expect_str_eq(report_text(ledger, "class"), "ledger");
	cr_expect_str_eq(report_text(ledger, "role"), "client");
	cr_expect_str_eq(report_text(ledger, "runtime"), "c");
	cr_expect_str_eq(report_text(ledger, "end"), "call");
	cr_expect_str_eq(report_text(ledger, "connects"), connects, "%s", report_dump(ledger));
	cr_expect_eq(report_size(ledger, "opened"), opened, "%s", report_dump(ledger));
	cr_expect_eq(report_size(ledger, "open_at_end"), left, "%s", report_dump(ledger));
}

Test(stories_objects, a_program_marks_its_own_objects)
{
	struct subject_options options = {.way = SUBJECT_RUN};
	struct server server = {0};
	struct subject subject;
	const char *port;

	server_start(&server, SERVER_REDIS);
	port = scratch_format("%d", server.port);
	subject_run(&subject, &options, COMMAND_LIST(ledger_program(), port));
	cr_assert_eq(subject.command.status, 0, "%s", subject.command.err);
	cr_expect_eq(report_size(subject.report, "objects"), 3);
	expect_ledger(&subject, 1, "on-first-use", 1, 0);
	expect_ledger(&subject, 2, "never", 0, 0);
	expect_ledger(&subject, 3, "on-first-use", 1, 1);
	subject_release(&subject);
	options.way = SUBJECT_BARE;
	subject_run(&subject, &options, COMMAND_LIST(ledger_program(), port));
	cr_expect_eq(subject.command.status, 0, "without socklife: %s", subject.command.err);
	subject_release(&subject);
	server_stop(&server);
}
