/*
 * `socklife run` stands where the program would stand: what a shell, a terminal or a service
 * manager does to it happens to the program, and what happens to the program happens to it.
 */
#include <signal.h>
#include <string.h>

#include "comparison.h"
#include "fixture.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(launching);

Test(launching, ends_by_the_signal_that_ended_the_program)
{
	const int signals[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGILL,  SIGABRT, SIGBUS,
			       SIGFPE,  SIGKILL, SIGUSR1, SIGSEGV, SIGPIPE, SIGALRM,
			       SIGTERM, SIGXCPU, SIGSYS,  SIGRTMIN};
	const struct command_options options = {.directory = scratch_new()};

	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		struct command command;

		command_run(&command,
			    COMMAND_LIST(scratch_built("socklife"), "run", "-q", "--",
					 "/usr/bin/python3", "-S", "-c",
					 "import os, signal, sys\n"
					 "number = int(sys.argv[1])\n"
					 "if number != signal.SIGKILL:\n"
					 "    signal.signal(number, signal.SIG_DFL)\n"
					 "os.kill(os.getpid(), number)\n",
					 scratch_format("%d", signals[i])),
			    &options);
		cr_expect_eq(command.signal_number, signals[i], "signal %d became %d, status %d",
			     signals[i], command.signal_number, command.status);
		command_release(&command);
	}
}

/* The program answers each with a status of its own, which no other end has. */
Test(launching, passes_signals_on_to_the_program)
{
	const int signals[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};
	const struct command_options options = {.directory = scratch_new()};

	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		struct command command;

		command_start(&command,
			      COMMAND_LIST(scratch_built("socklife"), "run", "-q", "--",
					   "/usr/bin/python3", "-c",
					   "import signal, sys\n"
					   "number = int(sys.argv[1])\n"
					   "signal.pthread_sigmask(signal.SIG_BLOCK, [number])\n"
					   "print('ready', flush=True)\n"
					   "sys.exit(64 + signal.sigwait([number]))\n",
					   scratch_format("%d", signals[i])),
			      &options);
		command_await(&command, "ready");
		command_stop(&command, signals[i]);
		cr_expect_eq(command.status, 64 + signals[i], "signal %d: status %d, signal %d",
			     signals[i], command.status, command.signal_number);
		command_release(&command);
	}
}

/*
 * As a shell with job control does: a process group of its own, which is not orphaned, or SIGTSTP
 * would have no effect (setpgid(2)).
 */
static const char job_control[] = "import os, signal, sys\n"
				  "pid = os.fork()\n"
				  "if pid == 0:\n"
				  "    os.setpgid(0, 0)\n"
				  "    signal.signal(signal.SIGTSTP, signal.SIG_DFL)\n"
				  "    os.execv(sys.argv[1], sys.argv[1:])\n"
				  "_, status = os.waitpid(pid, os.WUNTRACED)\n"
				  "print('stopped', os.WIFSTOPPED(status), flush=True)\n"
				  "os.kill(pid, signal.SIGCONT)\n"
				  "_, status = os.waitpid(pid, 0)\n"
				  "sys.exit(os.waitstatus_to_exitcode(status))\n";

Test(launching, stops_and_goes_on_with_the_program)
{
	const struct command_options options = {.directory = scratch_new()};
	struct command command;

	command_run(&command,
		    COMMAND_LIST("/usr/bin/python3", "-c", job_control, scratch_built("socklife"),
				 "run", "-q", "--", "sh", "-c",
				 "kill -TSTP $$; echo woken; exit 7"),
		    &options);
	cr_expect_eq(command.status, 7, "status %d: %s", command.status, command.err);
	cr_expect_str_eq(command.out, "stopped True\nwoken\n");
	command_release(&command);
}

/* Writes which of its first descriptors are open into a file, as its own may be closed. */
static const char open_descriptors[] =
	"import os, sys\n"
	"numbers = [n for n in range(32) if os.path.exists(f'/proc/self/fd/{n}')]\n"
	"with open(sys.argv[1], 'w') as file: file.write(repr(numbers))\n";

static void closed_check(const char *redirection)
{
	const char *script = scratch_format("exec \"$@\" %s", redirection);
	const struct command_options options = {.directory = scratch_new()};
	const char *bare_list = scratch_format("%s/bare", options.directory);
	const char *recorded_list = scratch_format("%s/recorded", options.directory);
	struct command bare, recorded;

	command_run(&bare,
		    COMMAND_LIST("bash", "-c", script, "bash", "/usr/bin/python3", "-c",
				 open_descriptors, bare_list),
		    &options);
	command_run(&recorded,
		    COMMAND_LIST("bash", "-c", script, "bash", scratch_built("socklife"), "run",
				 "-q", "--", "/usr/bin/python3", "-c", open_descriptors,
				 recorded_list),
		    &options);
	comparison_expect_same(&bare, &recorded, false);
	cr_expect_str_eq(scratch_read(recorded_list, NULL), scratch_read(bare_list, NULL), "%s",
			 redirection);
	command_release(&recorded);
	command_release(&bare);
}

Test(launching, leaves_closed_what_was_closed)
{
	closed_check("<&-");
	closed_check(">&-");
	closed_check("2>&-");
	closed_check("<&- >&- 2>&-");
}

static void refused_check(const char *name, int status, const char *line)
{
	const struct command_options options = {.directory = scratch_new()};
	struct command command;

	scratch_write(scratch_format("%s/script", options.directory), "#!/nonexistent/shell\n", 21);
	command_run(&command,
		    COMMAND_LIST("sh", "-c", "chmod +x script; exec \"$@\"", "sh",
				 scratch_built("socklife"), "run", "--", name),
		    &options);
	cr_expect_eq(command.status, status);
	cr_expect_str_eq(command.err, line);
	command_release(&command);
}

Test(launching, says_what_is_missing)
{
	refused_check("", 127, "socklife: '': there is no such program\n");
	refused_check("./script", 127,
		      "socklife: ./script: its interpreter /nonexistent/shell: there is no such "
		      "program\n");
	refused_check(".", 126, "socklife: .: a directory cannot be run\n");
}
