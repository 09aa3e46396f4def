/* Calls by number, through syscall(): recorded as the functions of the same name are. */
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(entry_numbers);

/* Not tcp_state: when the peer's kernel acknowledges a FIN is its own affair. */
static const char *const compared[] = {
	"process", "fd",    "family",     "type",           "origin", "connect_error",
	"end",     "error", "bytes_sent", "bytes_received", "sends",  "receives"};

static void expect_alike(const json_t *by_function, const json_t *by_number)
{
	for (size_t i = 0; i < sizeof(compared) / sizeof(compared[0]); i++)
		cr_expect(json_equal(json_object_get(by_function, compared[i]),
				     json_object_get(by_number, compared[i])),
			  "%s of %s and of %s", compared[i], report_dump(by_function),
			  report_dump(by_number));
	cr_expect_eq(report_is_null(by_function, "connected"),
		     report_is_null(by_number, "connected"));
	cr_expect_eq(report_is_null(by_function, "peer_closed"),
		     report_is_null(by_number, "peer_closed"));
}

static void expect_whole(const struct subject *subject)
{
	const json_t *coverage = json_object_get(subject->report, "coverage");

	cr_assert_eq(subject->command.status, 0, "%s", subject->command.err);
	cr_expect(json_is_true(json_object_get(coverage, "complete")), "%s", report_dump(coverage));
}

Test(entry_numbers, a_call_by_number_is_recorded_like_the_function)
{
	struct subject by_function, by_number;
	const json_t *functions, *numbers;

	subject_record(&by_function, "entry_numbers", "functions");
	subject_record(&by_number, "entry_numbers", "numbers");
	expect_whole(&by_function);
	expect_whole(&by_number);
	functions = json_object_get(by_function.report, "sockets");
	numbers = json_object_get(by_number.report, "sockets");
	cr_assert_eq(json_array_size(functions), json_array_size(numbers), "%s and %s",
		     report_dump(functions), report_dump(numbers));
	for (size_t i = 0; i < json_array_size(functions); i++)
		expect_alike(json_array_get(functions, i), json_array_get(numbers, i));
	subject_release(&by_function);
	subject_release(&by_number);
}

/* The truth about both: see the subject. */
Test(entry_numbers, what_was_done_by_number_is_what_happened)
{
	struct subject subject;
	const json_t *client, *child;

	subject_record(&subject, "entry_numbers", "numbers");
	cr_expect_eq(report_count(subject.report, "sockets", "origin", "accept"), 1);
	cr_expect_eq(report_count(subject.report, "sockets", "origin", "socketpair"), 2);
	cr_expect_eq(report_count(subject.report, "sockets", "connect_error", "ECONNREFUSED"), 1);
	client = report_row(subject.report, "sockets", "id", "s2");
	cr_expect(report_is(client, "end", "closed"));
	cr_expect_eq(report_number(client, "bytes_sent"), 1 + 2 + 6 + 6 + 30 + 20);
	cr_expect_eq(report_number(client, "sends"), 6);
	child = report_row(subject.report, "processes", "id", "p2");
	cr_expect(report_is(child, "end", "exec"));
	cr_expect_eq(report_count(subject.report, "sockets", "end", "exec"), 4, "%s",
		     report_dump(subject.report));
	cr_expect_eq(report_count(subject.report, "sockets", "end", "replaced"), 1);
	subject_release(&subject);
}
