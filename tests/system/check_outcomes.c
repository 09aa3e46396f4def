/* How `check` and `run --check` end, and what they write for services. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(check_outcomes);

/* Two connections of one line, both closed. */
static const char program[] =
	"import socket, sys, os, signal\n"
	"listener = socket.create_server(('127.0.0.1', 0))\n"
	"for number in range(2):\n"
	"    with socket.create_connection(listener.getsockname()) as client:\n"
	"        peer, address = listener.accept()\n"
	"        client.sendall(b'x')\n"
	"        peer.recv(1)\n"
	"        peer.close()\n"
	"listener.close()\n"
	"how = sys.argv[1]\n"
	"if how == 'signal':\n"
	"    os.kill(os.getpid(), signal.SIGTERM)\n"
	"sys.exit(int(how))\n";

static const char *folder;

static void folder_begin(void)
{
	folder = scratch_new();
	scratch_write(scratch_format("%s/two.py", folder), program, sizeof(program) - 1);
}

static void here(struct command *command, const char *const argv[])
{
	const struct command_options options = {.directory = folder};

	command_run(command, argv, &options);
}

static void run_check(struct command *command, const char *limit, const char *how)
{
	here(command, COMMAND_LIST(scratch_built("socklife"), "run", "--check", limit, "--",
				   "/usr/bin/python3", "two.py", how));
}

static void expect_in(const char *text, const char *part)
{
	cr_expect_not_null(strstr(text, part), "no \"%s\" in: %s", part, text);
}

Test(check_outcomes, a_broken_limit_fails_a_program_that_ended_well)
{
	struct command command;

	folder_begin();
	run_check(&command, "--max-connections=127.0.0.1:*=1", "0");
	cr_expect_eq(command.status, 1, "%s", command.err);
	expect_in(command.err, "two.py:4: error: 2 connections to 127.0.0.1:*, at most 1 may be "
			       "made [max-connections]\n");
	command_release(&command);
}

Test(check_outcomes, a_limit_that_is_kept_passes)
{
	struct command command;

	folder_begin();
	run_check(&command, "--max-connections=127.0.0.1:*=2", "0");
	cr_expect_eq(command.status, 0, "%s", command.err);
	expect_in(command.err, "socklife: passed");
	command_release(&command);
}

Test(check_outcomes, the_programs_own_status_comes_first)
{
	struct command command;

	folder_begin();
	run_check(&command, "--max-open=0", "7");
	cr_expect_eq(command.status, 7, "%s", command.err);
	expect_in(command.err, "[max-open]");
	command_release(&command);
}

Test(check_outcomes, the_programs_own_signal_comes_first)
{
	struct command command;

	folder_begin();
	run_check(&command, "--max-open=0", "signal");
	cr_expect_eq(command.signal_number, SIGTERM, "%s", command.err);
	command_release(&command);
}

Test(check_outcomes, a_wrong_file_is_told_before_the_program_starts)
{
	struct command command;

	folder_begin();
	scratch_write(scratch_format("%s/socklife.ini", folder), "[check]\nmax-open = no\n", 22);
	here(&command,
	     COMMAND_LIST(scratch_built("socklife"), "run", "--check", "--", "touch", "started"));
	cr_expect_eq(command.status, 2);
	cr_expect_str_eq(command.err,
			 "socklife: socklife.ini:2: max-open: 'no' is no number that can be\n");
	cr_expect_eq(access(scratch_format("%s/started", folder), F_OK), -1);
	command_release(&command);
}

Test(check_outcomes, a_missing_baseline_is_no_empty_one)
{
	struct command command;

	folder_begin();
	here(&command, COMMAND_LIST(scratch_built("socklife"), "run", "--check", "--baseline",
				    "b.json", "--", "true"));
	cr_expect_eq(command.status, 2);
	command_expect_one_line(&command);
	expect_in(command.err, "b.json: there is no baseline yet");
	command_release(&command);
}

/* It ends with 5 of its own, so the check's status is asked for afterwards. */
Test(check_outcomes, a_program_that_cannot_be_recorded_never_passes)
{
	struct command command;

	folder_begin();
	here(&command, COMMAND_LIST(scratch_built("socklife"), "run", "--check", "--",
				    scratch_subject("static_linked")));
	cr_expect_eq(command.status, 5, "%s", command.err);
	expect_in(command.err, "socklife: incomplete: the recording has gaps");
	command_release(&command);
	here(&command, COMMAND_LIST(scratch_built("socklife"), "check"));
	cr_expect_eq(command.status, 3, "%s", command.out);
	command_release(&command);
	here(&command, COMMAND_LIST(scratch_built("socklife"), "check", "--allow-incomplete"));
	cr_expect_eq(command.status, 0, "%s", command.out);
	command_release(&command);
}

Test(check_outcomes, an_unreadable_trace_is_no_pass)
{
	struct command command;

	folder_begin();
	here(&command, COMMAND_LIST(scratch_built("socklife"), "check", "nothing.out"));
	cr_expect_eq(command.status, 2);
	command_expect_one_line(&command);
	command_release(&command);
}

/* ---- formats ---- */

/* A recording with a finding that fails, a suppressed one and a broken limit, in this format. */
static void written(struct command *command, const char *format)
{
	static const char text[] = "[suppression]\nwhy = wanted\nrule = never-*\n";

	folder_begin();
	scratch_write(scratch_format("%s/s.supp", folder), text, sizeof(text) - 1);
	here(command, COMMAND_LIST(scratch_built("socklife"), "run", "-q", "--", "/usr/bin/python3",
				   "two.py", "0"));
	command_release(command);
	here(command, COMMAND_LIST(scratch_built("socklife"), "check", "--max-connections=*=1",
				   "--max-open=1", "--suppressions=s.supp", "--fail-on=note",
				   "--format", format, "-o", "outcome"));
	cr_assert_eq(command->status, 1, "%s%s", command->out, command->err);
	command_release(command);
}

Test(check_outcomes, sarif_keeps_to_its_schema)
{
	struct command command;

	written(&command, "sarif");
	here(&command, COMMAND_LIST("/usr/bin/python3", "-W", "ignore", "-m", "jsonschema", "-i",
				    "outcome", scratch_source("tests/support/sarif.schema.json")));
	cr_expect_eq(command.status, 0, "%s%s", command.out, command.err);
	command_release(&command);
	expect_in(scratch_read(scratch_format("%s/outcome", folder), NULL), "\"two.py\"");
}

Test(check_outcomes, junit_is_xml_that_counts_right)
{
	static const char script[] =
		"import xml.etree.ElementTree as e\n"
		"suite = e.parse('outcome').getroot().find('testsuite')\n"
		"cases = suite.findall('testcase')\n"
		"assert int(suite.get('tests')) == len(cases) > 10\n"
		"failed = [c for c in cases if c.find('failure') is not None]\n"
		"assert int(suite.get('failures')) == len(failed) >= 2, len(failed)\n"
		"assert 'socklife.max-open' in [c.get('classname') for c in failed]\n";
	struct command command;

	written(&command, "junit");
	here(&command, COMMAND_LIST("/usr/bin/python3", "-c", script));
	cr_expect_eq(command.status, 0, "%s", command.err);
	command_release(&command);
}

Test(check_outcomes, github_finds_the_line)
{
	struct command command;

	written(&command, "github");
	expect_in(scratch_read(scratch_format("%s/outcome", folder), NULL),
		  "::error file=two.py,line=4,title=socklife%3A max-connections::");
}
