/* Client libraries of Debian's called from C: births, owners and ends of their handles. */
#include <string.h>

#include "fixture.h"
#include "handle_lives.h"
#include "scratch.h"
#include "server.h"

FIXTURE_SUITE(handles_clients);

static void server_client_run(struct subject *subject, enum server_kind kind, const char *program,
			      const char *scenario)
{
	struct server server = {0};

	server_start(&server, kind);
	client_run(subject, program, scenario,
		   kind == SERVER_NGINX ? server_url(&server, "hello")
					: scratch_format("%d", server.port));
	server_stop(&server);
}

/* ---- libpq ---- */

static void libpq_run(struct subject *subject, const char *scenario)
{
	server_client_run(subject, SERVER_POSTGRES, "handles_libpq", scenario);
	expect_all_owned(subject);
}

Test(handles_clients, libpq_blocking)
{
	struct subject subject;

	libpq_run(&subject, "blocking");
	expect_life(&subject, "PGconn", 1, "at-creation", 1, "call");
	cr_expect_eq(report_size(subject.report, "objects"), 1);
	subject_release(&subject);
}

Test(handles_clients, libpq_in_steps)
{
	struct subject subject;

	libpq_run(&subject, "polled");
	expect_life(&subject, "PGconn", 1, "at-creation", 1, "call");
	subject_release(&subject);
}

Test(handles_clients, libpq_connects_to_its_second_host_in_a_later_call)
{
	struct subject subject;

	libpq_run(&subject, "second_host");
	expect_life(&subject, "PGconn", 1, "at-creation", 2, "call");
	subject_release(&subject);
}

Test(handles_clients, libpq_reset_keeps_the_handle)
{
	struct subject subject;

	libpq_run(&subject, "reset");
	expect_life(&subject, "PGconn", 1, "at-creation", 2, "call");
	cr_expect_eq(report_size(subject.report, "objects"), 1);
	subject_release(&subject);
}

Test(handles_clients, libpq_many_at_once)
{
	struct subject subject;

	libpq_run(&subject, "many");
	for (long long nth = 1; nth <= 20; nth++)
		expect_life(&subject, "PGconn", nth, "at-creation", 1, "call");
	cr_expect_eq(report_size(subject.report, "objects"), 20);
	subject_release(&subject);
}

Test(handles_clients, libpq_never_finished)
{
	struct subject subject;

	libpq_run(&subject, "leaked");
	expect_life(&subject, "PGconn", 1, "at-creation", 1, "exit");
	cr_expect_eq(report_size(report_object(subject.report, "PGconn", 1), "open_at_end"), 1);
	subject_release(&subject);
}

Test(handles_clients, libpq_refused)
{
	struct subject subject;

	client_run(&subject, "handles_libpq", "refused", "1");
	expect_life(&subject, "PGconn", 1, "at-creation", 1, "call");
	subject_release(&subject);
}

Test(handles_clients, libpq_cancels_over_a_connection_of_its_own)
{
	struct subject subject;

	libpq_run(&subject, "cancel");
	expect_life(&subject, "PGconn", 1, "at-creation", 1, "call");
	expect_life(&subject, "PGcancel", 1, "on-first-use", 1, "call");
	subject_release(&subject);
}

/* ---- libcurl ---- */

static void curl_run(struct subject *subject, const char *scenario)
{
	server_client_run(subject, SERVER_NGINX, "handles_curl", scenario);
	expect_all_owned(subject);
}

Test(handles_clients, curl_uses_its_connection_again)
{
	struct subject subject;

	curl_run(&subject, "reuse");
	expect_life(&subject, "CURL", 1, "on-first-use", 1, "call");
	subject_release(&subject);
}

Test(handles_clients, curl_copies_have_connections_of_their_own)
{
	struct subject subject;

	curl_run(&subject, "copies");
	expect_life(&subject, "CURL", 1, "on-first-use", 1, "call");
	expect_life(&subject, "CURL", 2, "on-first-use", 1, "call");
	subject_release(&subject);
}

Test(handles_clients, curl_never_cleaned_up_and_never_used)
{
	struct subject subject;

	curl_run(&subject, "leaked");
	expect_life(&subject, "CURL", 1, "on-first-use", 1, "exit");
	subject_release(&subject);
	curl_run(&subject, "unused");
	expect_life(&subject, "CURL", 1, "never", 0, "call");
	subject_release(&subject);
}

static void expect_one_kept_by(const struct subject *subject, const char *class)
{
	const json_t *keeper = report_object(subject->report, class, 1);
	const json_t *id = json_array_get(json_object_get(keeper, "opened"), 0);
	const json_t *socket = report_row(subject->report, "sockets", "id", json_string_value(id));

	expect_life(subject, class, 1, "on-first-use", 1, "call");
	cr_expect_gt(report_seconds(socket, "closed"),
		     report_seconds(report_object(subject->report, "CURL", 1), "ended") + 0.1);
	cr_expect_leq(report_seconds(socket, "closed"), report_seconds(keeper, "ended"));
}

Test(handles_clients, curl_multi_keeps_the_connection_of_handles_that_are_gone)
{
	struct subject subject;

	curl_run(&subject, "multi");
	expect_one_kept_by(&subject, "CURLM");
	expect_life(&subject, "CURL", 3, "never", 0, "call");
	subject_release(&subject);
}

Test(handles_clients, curl_share_keeps_the_connection_of_handles_that_are_gone)
{
	struct subject subject;

	curl_run(&subject, "share");
	expect_one_kept_by(&subject, "CURLSH");
	expect_life(&subject, "CURL", 1, "on-first-use", 1, "call");
	expect_life(&subject, "CURL", 2, "borrowed", 0, "call");
	subject_release(&subject);
}

/* It has only names in common, holds no connection, and is no pool. */
Test(handles_clients, curl_share_of_names_holds_nothing)
{
	struct subject subject;

	curl_run(&subject, "share-names");
	expect_life(&subject, "CURL", 1, "on-first-use", 1, "call");
	cr_expect_eq(report_count(subject.report, "objects", "class", "CURLSH"), 0);
	cr_expect_eq(report_size(report_object(subject.report, "CURL", 1), "open_at_end"), 0);
	subject_release(&subject);
}

/* ---- hiredis ---- */

static void hiredis_run(struct subject *subject, const char *scenario)
{
	server_client_run(subject, SERVER_REDIS, "handles_hiredis", scenario);
	expect_all_owned(subject);
}

Test(handles_clients, hiredis_blocking)
{
	struct subject subject;

	hiredis_run(&subject, "sync");
	expect_life(&subject, "redisContext", 1, "at-creation", 1, "call");
	subject_release(&subject);
}

Test(handles_clients, hiredis_reconnects)
{
	struct subject subject;

	hiredis_run(&subject, "again");
	expect_life(&subject, "redisContext", 1, "at-creation", 2, "call");
	cr_expect_eq(report_size(subject.report, "objects"), 1);
	subject_release(&subject);
}

Test(handles_clients, hiredis_refused_is_a_handle_all_the_same)
{
	struct subject subject;

	client_run(&subject, "handles_hiredis", "refused", "1");
	expect_life(&subject, "redisContext", 1, "at-creation", 1, "call");
	subject_release(&subject);
}

Test(handles_clients, hiredis_frees_the_handle_and_keeps_the_descriptor)
{
	struct subject subject;

	hiredis_run(&subject, "kept");
	expect_life(&subject, "redisContext", 1, "at-creation", 1, "call");
	cr_expect_eq(report_size(report_object(subject.report, "redisContext", 1), "open_at_end"),
		     1);
	subject_release(&subject);
}

/* The subject waits after the disconnect: the handle went then, and not with the process. */
Test(handles_clients, hiredis_asynchronous)
{
	struct subject subject;
	const json_t *context, *process;

	hiredis_run(&subject, "async");
	expect_life(&subject, "redisAsyncContext", 1, "at-creation", 1, "call");
	context = report_object(subject.report, "redisAsyncContext", 1);
	process = report_process(subject.report, subject_pid(&subject));
	cr_expect_lt(report_seconds(context, "ended"), report_seconds(process, "ended") - 0.1);
	subject_release(&subject);
	hiredis_run(&subject, "async_freed");
	expect_life(&subject, "redisAsyncContext", 1, "at-creation", 1, "call");
	subject_release(&subject);
}
