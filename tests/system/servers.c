/* Servers under socklife: the accept side. */
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "server.h"
#include "subject.h"
#include "witness.h"

FIXTURE_SUITE(servers);

#define NOBODY 65534

static void server_record(struct subject *subject, struct server *server, enum server_kind kind,
			  unsigned int user)
{
	struct subject_options options = {.way = SUBJECT_RUN, .is_witnessed = user == 0};

	server->user = user;
	server_prepare(server, kind);
	options.command.directory = server->directory;
	options.command.user = user;
	subject_start(subject, &options, server->arguments);
	server_await(server, &subject->command);
}

static void server_end(struct subject *subject, const struct server *server)
{
	server_drain(server);
	/* Not the command we started, which is strace or socklife: the server itself. */
	cr_assert_eq(kill(server_pid(server), server->stop_signal), 0);
	subject_finish(subject);
	cr_expect_eq(subject->command.status, 0, "status %d, signal %d: %s",
		     subject->command.status, subject->command.signal_number, subject->command.err);
	cr_expect_eq(subject->command.signal_number, 0);
}

static void client_run(const char *const argv[], const char *output)
{
	struct command command;

	command_run(&command, argv, NULL);
	cr_expect_eq(command.status, 0, "%s: %s", argv[0], command.err);
	cr_expect_str_eq(command.out, output);
	command_release(&command);
}

static void curl_run(const struct server *server)
{
	client_run(COMMAND_LIST("curl", "-sS", server_url(server, "hello"),
				server_url(server, "hello")),
		   "hello\nhello\n");
	client_run(COMMAND_LIST("curl", "-sS", "--cacert", server->certificate,
				server_tls_url(server, "hello")),
		   "hello\n");
	client_run(COMMAND_LIST("curl", "-sS", "-o", "/dev/null", server_url(server, "body")), "");
}

static void expect_agreement(const struct subject *subject)
{
	struct witness witness;

	witness_load(&witness, subject->witness);
	witness_agrees(&witness, subject->report);
	witness_release(&witness);
}

/* Connections that some process accepted, with their listener's address and both directions used.
 */
static size_t accepted_count(const json_t *report, const char *local)
{
	const json_t *row;
	size_t index, count = 0;

	json_array_foreach(json_object_get(report, "sockets"), index, row)
		count += report_is(row, "origin", "accept") && report_is(row, "local", local) &&
			 report_is(row, "end", "closed") && report_number(row, "bytes_sent") > 0 &&
			 report_number(row, "bytes_received") > 0;
	return count;
}

/* To name the sockets of a process that has changed its user strace needs what root has not in
 * every container. */
static bool strace_may_look(bool has_workers)
{
	return !has_workers || geteuid() != 0 || prctl(PR_CAPBSET_READ, CAP_SYS_PTRACE) == 1;
}

static void nginx_check(bool has_workers, unsigned int user)
{
	struct server server = {.has_workers = has_workers};
	struct subject subject;

	server_record(&subject, &server, SERVER_NGINX, user);
	curl_run(&server);
	server_end(&subject, &server);
	/* server_await() connected as well, and may have been closed without a byte. */
	cr_expect_eq(accepted_count(subject.report, server_address(&server)), 2, "%s",
		     report_dump(subject.report));
	cr_expect_eq(accepted_count(subject.report, server_tls_address(&server)), 1);
	if (user == 0 && strace_may_look(has_workers))
		expect_agreement(&subject);
	subject_release(&subject);
}

Test(servers, nginx_in_one_process)
{
	nginx_check(false, 0);
}

Test(servers, nginx_with_master_and_worker)
{
	nginx_check(true, 0);
}

/* As root the worker gives its rights up, and may then not write where the master could. */
Test(servers, nginx_with_master_and_worker_as_an_ordinary_user)
{
	nginx_check(true, geteuid() == 0 ? NOBODY : 0);
}

/* The server's own count of what it sent, by the client's port. */
Test(servers, nginx_counts_what_its_access_log_counts)
{
	struct server server = {.has_workers = true};
	struct subject subject;
	const json_t *socket;
	char *line, *rest = NULL;
	long long sent;
	int port, lines = 0;

	server_record(&subject, &server, SERVER_NGINX, 0);
	client_run(COMMAND_LIST("curl", "-sS", "-o", "/dev/null", server_url(&server, "body")), "");
	client_run(COMMAND_LIST("curl", "-sS", server_url(&server, "hello")), "hello\n");
	server_end(&subject, &server);
	for (line = strtok_r(scratch_read(server.access_log, NULL), "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		cr_assert_eq(sscanf(line, "127.0.0.1:%d %lld", &port, &sent), 2, "%s", line);
		socket = report_peer(subject.report, 0, scratch_format("127.0.0.1:%d", port));
		cr_expect_eq(report_number(socket, "bytes_sent"), sent, "%s", line);
		lines++;
	}
	cr_expect_eq(lines, 2);
	subject_release(&subject);
}

Test(servers, redis)
{
	struct server server = {0};
	struct subject subject;

	server_record(&subject, &server, SERVER_REDIS, 0);
	client_run(COMMAND_LIST("redis-cli", "-p", scratch_format("%d", server.port), "SET", "key",
				"value"),
		   "OK\n");
	client_run(COMMAND_LIST("redis-cli", "-p", scratch_format("%d", server.port), "GET", "key"),
		   "value\n");
	client_run(COMMAND_LIST("redis-cli", "-s", server.unix_path, "GET", "key"), "value\n");
	server_end(&subject, &server);
	cr_expect_eq(accepted_count(subject.report, server_address(&server)), 2, "%s",
		     report_dump(subject.report));
	cr_expect_eq(accepted_count(subject.report, scratch_format("unix:%s", server.unix_path)),
		     1);
	expect_agreement(&subject);
	subject_release(&subject);
}
