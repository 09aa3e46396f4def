/* Descriptors and the lifetimes of the sockets they name. */
#include <string.h>
#include <sys/socket.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(descriptors);

/* The socket that the subject printed as the facts NAME and NAME_local. */
static const json_t *socket_named(const struct subject *subject, const char *name)
{
	const char *local = scratch_format("%s_local", name);
	const json_t *socket = report_local(subject->report, 0, subject_fact_text(subject, local));

	cr_expect_eq(report_number(socket, "fd"), subject_fact(subject, name));
	return socket;
}

static void expect_end(const struct subject *subject, const char *name, const char *end, int sent)
{
	const json_t *socket = socket_named(subject, name);

	cr_expect(report_is(socket, "end", end), "%s did not end as %s: %s", name, end,
		  report_dump(socket));
	cr_expect_eq(report_number(socket, "bytes_sent"), sent, "%s: %s", name,
		     report_dump(socket));
	cr_expect_not(report_is_null(socket, "closed"));
}

/* A scenario with one client, which ends by close() having sent so many bytes. */
static void single_check(const char *scenario, int sent)
{
	struct subject subject;

	subject_record(&subject, "descriptors", scenario);
	expect_end(&subject, "client", "closed", sent);
	subject_release(&subject);
}

/* A scenario with two clients. */
static void double_check(const char *scenario, const char *first_end, int first_sent,
			 const char *second_end, int second_sent)
{
	struct subject subject;

	subject_record(&subject, "descriptors", scenario);
	expect_end(&subject, "first", first_end, first_sent);
	expect_end(&subject, "second", second_end, second_sent);
	subject_release(&subject);
}

Test(descriptors, close_ends_the_socket)
{
	single_check("close", 0);
}

Test(descriptors, a_second_close_changes_nothing)
{
	single_check("close-twice", 0);
}

Test(descriptors, a_dup_outlives_the_close_of_the_first_number)
{
	single_check("dup", 11);
}

Test(descriptors, fcntl_dup_outlives_the_close_of_the_first_number)
{
	single_check("fcntl-dup", 15);
}

Test(descriptors, dup2_to_itself_changes_nothing)
{
	single_check("dup2-same", 13);
}

Test(descriptors, dup2_over_a_socket_replaces_it)
{
	double_check("dup2-over", "closed", 12, "replaced", 0);
}

Test(descriptors, dup3_over_a_socket_replaces_it)
{
	double_check("dup3-over", "closed", 12, "replaced", 0);
}

Test(descriptors, a_file_over_a_socket_replaces_it)
{
	struct subject subject;

	subject_record(&subject, "descriptors", "dup2-file");
	expect_end(&subject, "client", "replaced", 0);
	expect_end(&subject, "other", "closed", 14);
	subject_release(&subject);
}

Test(descriptors, close_range_closes_what_is_in_it)
{
	double_check("close-range", "closed", 0, "closed", 0);
}

Test(descriptors, close_range_with_cloexec_closes_nothing)
{
	struct subject subject;

	subject_record(&subject, "descriptors", "close-range-cloexec");
	expect_end(&subject, "first", "exit", 16);
	subject_release(&subject);
}

Test(descriptors, closefrom_closes_what_is_above)
{
	double_check("closefrom", "closed", 0, "closed", 0);
}

/* The bytes went through stdio, past every hook; the end must be seen all the same. */
Test(descriptors, fclose_ends_the_socket)
{
	struct subject subject;
	const json_t *socket;

	subject_record(&subject, "descriptors", "fclose");
	socket = socket_named(&subject, "client");
	cr_expect_str_eq(report_text(socket, "end"), "closed");
	cr_expect_gt(report_size(socket, "closed_at"), 0);
	subject_release(&subject);
}

Test(descriptors, freopen_ends_the_socket)
{
	struct subject subject;
	const json_t *socket;

	subject_record(&subject, "descriptors", "freopen");
	socket = socket_named(&subject, "client");
	cr_expect(report_is(socket, "end", "closed") || report_is(socket, "end", "replaced"), "%s",
		  report_dump(socket));
	subject_release(&subject);
}

Test(descriptors, system_calls_by_number_are_seen)
{
	single_check("syscall", 7);
}

Test(descriptors, one_number_names_a_hundred_sockets_in_turn)
{
	struct subject subject;
	const json_t *socket;
	long long sent = 0;
	size_t number;

	subject_record(&subject, "descriptors", "reuse");
	for (number = 0; number < 100; number++) {
		socket = report_fd(subject.report, 0, subject_fact(&subject, "fd"), number);
		cr_assert_not_null(socket, "only %zu sockets", number);
		cr_expect_str_eq(report_text(socket, "end"), "closed");
		cr_expect_eq(report_number(socket, "bytes_sent"), (long long)number + 1);
		sent += report_number(socket, "bytes_sent");
	}
	cr_expect_null(report_fd(subject.report, 0, subject_fact(&subject, "fd"), 100));
	cr_expect_eq(sent, subject_fact(&subject, "sent"));
	subject_release(&subject);
}

Test(descriptors, a_dup2_that_fails_changes_nothing)
{
	single_check("dup2-fails", 23);
}

static void expect_shut_down(const struct subject *subject, const char *name, int how)
{
	struct command dump;
	const char *event;

	command_run(&dump, COMMAND_LIST(scratch_built("socklife"), "dump", subject->trace), NULL);
	event = strstr(dump.out, "what=shutdown");
	cr_assert_not_null(event, "%s", dump.out);
	cr_expect_not_null(strstr(event, scratch_format(" fd=%lld value=%d ",
							subject_fact(subject, name), how)),
			   "%s", event);
	cr_expect_null(strstr(event + 1, "what=shutdown"), "%s", event);
	command_release(&dump);
}

Test(descriptors, a_half_closed_socket_still_receives)
{
	struct subject subject;
	const json_t *client, *server;

	subject_record(&subject, "descriptors", "half-close");
	client = report_fd(subject.report, 0, subject_fact(&subject, "client"), 0);
	server = report_fd(subject.report, 0, subject_fact(&subject, "server"), 0);
	cr_assert(client != NULL && server != NULL);
	cr_expect_eq(report_number(client, "bytes_received"), 21);
	cr_expect_eq(report_number(server, "bytes_sent"), 21);
	cr_expect_not(report_is_null(server, "peer_closed"), "it read the end of file");
	expect_shut_down(&subject, "client", SHUT_WR);
	subject_release(&subject);
}
