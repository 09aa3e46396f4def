/* A recording that is not over passes no check; one that a kill has ended is over. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(check_unfinished);

/* A listening socket, held until the process is killed; its pid is told. */
#define HOLD                                                                                       \
	"import os, socket, sys, time\n"                                                           \
	"listener = socket.create_server(('127.0.0.1', 0))\n"

static const char holding[] = HOLD "print(os.getpid(), flush=True)\n"
				   "time.sleep(600)\n";

/* The same in a child that outlives the program, for so many seconds; it has a file of its own by
 * the time the program ends. */
static const char leaving[] = HOLD "ready, tell = os.pipe()\n"
				   "child = os.fork()\n"
				   "if child:\n"
				   "    print(child, flush=True)\n"
				   "    os.read(ready, 1)\n"
				   "    os._exit(0)\n"
				   "os.setsid()\n"
				   "for fd in range(3):\n"
				   "    os.dup2(os.open(os.devnull, os.O_RDWR), fd)\n"
				   "own = socket.create_server(('127.0.0.1', 0))\n"
				   "os.write(tell, b'1')\n"
				   "time.sleep(float(sys.argv[1]))\n";

static struct command_options options;

static void folder_begin(const char *program, size_t size_bytes)
{
	options = (struct command_options){.directory = scratch_new()};
	scratch_write(scratch_format("%s/program.py", options.directory), program, size_bytes);
}

static void check(struct command *command)
{
	command_run(command, COMMAND_LIST(scratch_built("socklife"), "check"), &options);
}

static void expect_in(const char *text, const char *part)
{
	cr_expect_not_null(strstr(text, part), "no \"%s\" in: %s", part, text);
}

Test(check_unfinished, a_program_that_still_runs_is_not_passed)
{
	struct command command, checked;

	folder_begin(holding, sizeof(holding) - 1);
	command_start(&command,
		      COMMAND_LIST(scratch_built("socklife"), "run", "-q", "--", "/usr/bin/python3",
				   "program.py"),
		      &options);
	command_await(&command, "\n");
	check(&checked);
	cr_expect_eq(checked.status, 3, "%s%s", checked.out, checked.err);
	expect_in(checked.out, "incomplete: socklife run has not seen the program end");
	expect_in(checked.out, scratch_format("incomplete: python3 (pid %d) was still running",
					      atoi(command.out)));
	command_release(&checked);
	cr_assert_eq(kill(atoi(command.out), SIGKILL), 0);
	command_finish(&command);
	command_release(&command);
	check(&checked);
	cr_expect_eq(checked.status, 0, "%s%s", checked.out, checked.err);
	command_release(&checked);
}

/* With the library alone nobody writes down how it ended, but the kernel knows that it has. */
Test(check_unfinished, a_program_that_was_killed_is_passed_without_run_too)
{
	struct command command, checked;

	folder_begin(holding, sizeof(holding) - 1);
	options.environment =
		COMMAND_LIST(scratch_format("LD_PRELOAD=%s", scratch_built("libsocklife.so")));
	command_start(&command, COMMAND_LIST("/usr/bin/python3", "program.py"), &options);
	command_await(&command, "\n");
	options.environment = NULL;
	check(&checked);
	cr_expect_eq(checked.status, 3, "%s%s", checked.out, checked.err);
	command_release(&checked);
	command_stop(&command, SIGKILL);
	command_release(&command);
	check(&checked);
	cr_expect_eq(checked.status, 0, "%s%s", checked.out, checked.err);
	command_release(&checked);
}

static void leave(struct command *command, const char *seconds)
{
	folder_begin(leaving, sizeof(leaving) - 1);
	command_run(command,
		    COMMAND_LIST(scratch_built("socklife"), "run", "-q", "--check", "--grace=100s",
				 "--fail-on=none", "--", "/usr/bin/python3", "program.py", seconds),
		    &options);
}

Test(check_unfinished, a_child_that_ends_later_is_waited_for)
{
	struct command command;

	leave(&command, "0.5");
	cr_expect_eq(command.status, 0, "%s", command.err);
	command_release(&command);
}

Test(check_unfinished, a_daemon_that_is_left_behind_is_named)
{
	struct command command;
	int daemon;

	folder_begin(leaving, sizeof(leaving) - 1);
	command_run(&command,
		    COMMAND_LIST(scratch_built("socklife"), "run", "--check", "--fail-on=none",
				 "--", "/usr/bin/python3", "program.py", "600"),
		    &options);
	daemon = atoi(command.out);
	cr_expect_eq(command.status, 3, "%s", command.err);
	expect_in(command.err,
		  scratch_format("incomplete: python3 (pid %d) was still running", daemon));
	command_release(&command);
	cr_assert_eq(kill(daemon, SIGKILL), 0);
	check(&command);
	cr_expect_eq(command.status, 0, "%s", command.out);
	command_release(&command);
}
