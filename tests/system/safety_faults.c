/*
 * Every system call of the recorder fails in turn, once or from then on, with the errors that a
 * system in trouble gives. The program must not notice, and what was written must be
 * readable. `make test` tries a part of all calls; SOCKLIFE_FAULT_STEP=1 tries every one, with
 * every error.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../fault/fault_orders.h"
#include "command.h"
#include "fixture.h"
#include "scratch.h"
#include "subject.h"

/* The calls of the birth are few and each is of a kind of its own: always all of them. */
#define BIRTH_CALLS  80
#define STEP_DEFAULT 61
#define PROCESSES    2 /* of the subject, each of which may say one line */

TestSuite(safety_faults, .fini = fixture_release, .timeout = 7200);

struct fault_run {
	const char *directory;
	struct command command;
	unsigned int calls;
};

static void fault_run(struct fault_run *run, const struct fault_orders *orders)
{
	struct command_options options = {.directory = run->directory};
	const char *path = scratch_format("%s/orders", run->directory);
	const char *trace = scratch_format("%s/trace", run->directory);

	scratch_write(path, orders, sizeof(*orders));
	command_run(&run->command,
		    COMMAND_LIST("rm", "-rf", scratch_format("%s/trace", run->directory)), NULL);
	command_release(&run->command);
	command_run(&run->command,
		    COMMAND_LIST("env", scratch_format("FAULT_ORDERS=%s", path),
				 scratch_format("SOCKLIFE_TRACE=%s", trace),
				 scratch_format("LD_PRELOAD=%s",
						scratch_built("tests/libsocklife-fault.so")),
				 scratch_subject("safety_faults")),
		    &options);
	run->calls = ((const struct fault_orders *)(const void *)scratch_read(path, NULL))->count;
}

static size_t lines_of(const char *text)
{
	size_t lines = 0;

	for (; *text != '\0'; text++)
		lines += *text == '\n';
	return lines;
}

static bool is_no_trace(const char *message)
{
	return strstr(message, " is empty\n") || strstr(message, " is not a socklife trace\n") ||
	       strstr(message, ": no trace in this ") || strstr(message, ": No such file ") ||
	       strstr(message, ": has no header yet\n");
}

/* An empty file stands for a process that could not be recorded; alone it is no trace. Its header
 * comes last: where even that did not come, the file is zeros. */
static void expect_readable(const struct fault_run *run, const char *what)
{
	struct command dump;

	command_run(&dump,
		    COMMAND_LIST(scratch_built("socklife"), "dump",
				 scratch_format("%s/trace", run->directory)),
		    NULL);
	cr_expect(dump.status == 0 || (dump.status == 2 && is_no_trace(dump.err)),
		  "%s: dump ended with %d: %s", what, dump.status, dump.err);
	command_release(&dump);
}

static void expect_unnoticed(const struct fault_run *run, const struct command *bare,
			     const char *what)
{
	cr_expect_eq(run->command.status, bare->status, "%s: status %d, signal %d", what,
		     run->command.status, run->command.signal_number);
	cr_expect_str_eq(run->command.out, bare->out, "%s", what);
	cr_expect(lines_of(run->command.err) <= PROCESSES &&
			  (run->command.err[0] == '\0' ||
			   strncmp(run->command.err, "socklife: ", 10) == 0),
		  "%s: %s", what, run->command.err);
}

static unsigned int step_asked(void)
{
	const char *text = getenv("SOCKLIFE_FAULT_STEP");

	return text != NULL ? (unsigned int)strtoul(text, NULL, 10) : STEP_DEFAULT;
}

static void fault_try(const struct command *bare, struct fault_run *run,
		      const struct fault_orders *orders)
{
	const char *what = scratch_format("call %u fails with %s%s", orders->at,
					  strerrorname_np((int)orders->error),
					  orders->is_lasting ? " for good" : "");

	fault_run(run, orders);
	expect_unnoticed(run, bare, what);
	expect_readable(run, what);
	command_release(&run->command);
}

/* Fails the calls in turn until there is no n-th one any more. */
static void faults_try(bool is_lasting)
{
	static const unsigned int errors[] = {ENOMEM, ENOSPC, EMFILE, EACCES, EPERM, ENOSYS};
	const unsigned int error_count = sizeof(errors) / sizeof(*errors);
	struct fault_run run = {.directory = scratch_new()};
	struct fault_orders orders = {.at = 1, .is_lasting = is_lasting};
	unsigned int runs = 0, step = step_asked(), index;
	struct command_options options = {.directory = run.directory};
	struct command bare;

	command_run(&bare, COMMAND_LIST(scratch_subject("safety_faults")), &options);
	cr_assert_eq(bare.status, 3, "%s", bare.err);
	do {
		for (index = 0; index < (step == 1 ? error_count : 1); index++) {
			orders.error = errors[runs++ % error_count];
			fault_try(&bare, &run, &orders);
		}
		orders.at += orders.at < BIRTH_CALLS ? 1 : step;
	} while (run.calls >= orders.at);
	cr_expect_gt(runs, BIRTH_CALLS);
	command_release(&bare);
}

Test(safety_faults, each_call_fails_once)
{
	faults_try(false);
}

Test(safety_faults, each_call_fails_and_all_that_follow)
{
	faults_try(true);
}
