/* Children that cannot be recorded: they run as ever, and the report names each and says why. */
#include <string.h>
#include <unistd.h>

#include "comparison.h"
#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(missed);

#define NOBODY        65534
#define STATIC_STATUS 5 /* of static_linked */

struct missed {
	const char *way, *target;
	const char *argument; /* of the target; NULL none */
	unsigned int user;
	int status;
};

static const json_t *coverage_of(const struct subject *subject)
{
	return json_object_get(subject->report, "coverage");
}

static bool is_complete(const struct subject *subject)
{
	return json_is_true(json_object_get(coverage_of(subject), "complete"));
}

/* The only note that has these words; NULL: none. */
static const char *note_with(const struct subject *subject, const char *words)
{
	const json_t *notes = json_object_get(coverage_of(subject), "notes");
	const char *found = NULL;
	size_t index;
	json_t *note;

	json_array_foreach(notes, index, note)
	{
		if (strstr(json_string_value(note), words) == NULL)
			continue;
		cr_assert_null(found, "twice: %s", report_dump(notes));
		found = json_string_value(note);
	}
	return found;
}

/* Another user may have no rights on the build directory, nor on any above it. */
static const char *missed_program(const struct missed *missed)
{
	const char *copy;

	if (missed->user == 0)
		return scratch_subject("missed");
	copy = scratch_format("%s/missed", scratch_new());
	scratch_copy(scratch_subject("missed"), copy, 0755);
	return copy;
}

/* Runs it bare and recorded: what the program does is the same but for its pids. */
static void missed_run(struct subject *subject, const struct missed *missed)
{
	struct subject_options options = {.way = SUBJECT_BARE, .command.user = missed->user};
	const char *const *command = COMMAND_LIST(missed_program(missed), missed->way,
						  missed->target, missed->argument);
	struct subject bare;

	subject_run(&bare, &options, command);
	cr_assert_eq(bare.command.status, missed->status, "%s", bare.command.err);
	options.way = SUBJECT_RUN;
	subject_run(subject, &options, command);
	comparison_expect_same(&bare.command, &subject->command, true);
	cr_expect_str_eq(subject->command.err, bare.command.err);
	subject_release(&bare);
}

/* One note and one process, which nothing else is known of. */
static void expect_named(const struct subject *subject, const char *path, const char *reason)
{
	const char *note = note_with(subject, reason);
	const json_t *row = report_row(subject->report, "processes", "exe", path);

	cr_assert_not_null(note, "%s", report_dump(subject->report));
	cr_expect_not_null(strstr(note, path), "%s", note);
	cr_expect_not_null(strstr(note, scratch_format("(pid %lld)", report_number(row, "pid"))),
			   "%s", note);
	cr_expect_not(is_complete(subject));
}

static void expect_static_named(const char *way, int status)
{
	const char *target = scratch_subject("static_linked");
	const struct missed missed = {.way = way, .target = target, .status = status};
	struct subject subject;

	missed_run(&subject, &missed);
	cr_expect_not_null(strstr(subject.command.out, "received=10"));
	expect_named(&subject, target, "statically linked");
	subject_release(&subject);
}

Test(missed, a_static_child_of_posix_spawn_is_named)
{
	expect_static_named("spawn", 0);
}

Test(missed, a_static_child_found_in_path_is_named)
{
	expect_static_named("name", 0);
}

Test(missed, a_static_child_of_vfork_is_named)
{
	expect_static_named("vfork", 0);
}

Test(missed, a_static_program_that_takes_our_place_is_named)
{
	expect_static_named("exec", STATIC_STATUS);
}

Test(missed, a_static_program_run_by_descriptor_is_named)
{
	expect_static_named("descriptor", STATIC_STATUS);
}

Test(missed, a_static_child_of_a_shell_is_named)
{
	expect_static_named("shell", 0);
}

Test(missed, a_static_child_of_a_pipes_shell_is_named)
{
	expect_static_named("pipe", 0);
}

Test(missed, a_static_child_of_fork_is_named_beside_the_sockets)
{
	const char *target = scratch_subject("static_linked");
	const struct missed missed = {.way = "fork", .target = target};
	struct subject subject;
	const json_t *child;

	missed_run(&subject, &missed);
	expect_named(&subject, target, "statically linked");
	child = report_row(subject.report, "processes", "exe", target);
	cr_expect_eq(report_number(child, "pid"), subject_fact(&subject, "child"));
	cr_expect_eq(report_sockets_of(subject.report, subject_pid(&subject), "connect"), 2);
	subject_release(&subject);
}

Test(missed, a_script_of_a_static_interpreter_is_named)
{
	const char *text = scratch_format("%s/text", scratch_new());
	const char *script = scratch_format("%s.sh", text);
	const char *line = scratch_format("#! %s\n", scratch_subject("static_linked"));
	const struct missed missed = {.way = "spawn", .target = script};
	struct subject subject;

	scratch_write(text, line, strlen(line));
	scratch_copy(text, script, 0755);
	missed_run(&subject, &missed);
	expect_named(&subject, script, "statically linked");
	subject_release(&subject);
}

Test(missed, an_exec_that_fails_names_nothing)
{
	const char *copy = scratch_format("%s/static", scratch_new());
	const struct missed missed = {.way = "in-vain", .target = copy};
	struct subject subject;

	scratch_copy(scratch_subject("static_linked"), copy, 0755);
	missed_run(&subject, &missed);
	cr_expect(is_complete(&subject), "%s", report_dump(subject.report));
	cr_expect_eq(report_size(subject.report, "processes"), 1);
	subject_release(&subject);
}

Test(missed, a_child_that_gains_privileges_is_named)
{
	const char *copy = scratch_format("%s/setuid", scratch_new());
	struct missed missed = {.way = "spawn", .target = copy, .user = NOBODY};
	struct subject subject;

	if (geteuid() != 0)
		missed = (struct missed){.way = "spawn", .target = "/bin/mount"};
	else
		scratch_copy("/bin/true", copy, 04755);
	missed_run(&subject, &missed);
	expect_named(&subject, missed.target, "privileges");
	subject_release(&subject);
}

/* The exec of a child that wipes its environment is given ours. */
Test(missed, a_child_without_an_environment_is_followed)
{
	const struct missed missed = {.way = "without-environment",
				      .target = scratch_subject("processes")};
	struct subject subject;

	missed_run(&subject, &missed);
	cr_expect(is_complete(&subject), "%s", report_dump(subject.report));
	cr_expect_eq(report_sockets_of(subject.report, subject_fact(&subject, "child"), "connect"),
		     1);
	subject_release(&subject);
}

Test(missed, a_child_whose_environment_is_too_large_is_named)
{
	const struct missed missed = {.way = "much-environment", .target = "/bin/true"};
	struct subject subject;

	missed_run(&subject, &missed);
	expect_named(&subject, "/bin/true", "LD_PRELOAD");
	subject_release(&subject);
}

/* A child that opens no socket writes no file, and nothing is amiss. */
Test(missed, a_child_without_sockets_is_no_gap)
{
	const struct missed missed = {.way = "spawn", .target = "/bin/true"};
	struct subject subject;

	missed_run(&subject, &missed);
	cr_expect(is_complete(&subject), "%s", report_dump(subject.report));
	cr_expect_eq(report_size(subject.report, "processes"), 1);
	subject_release(&subject);
}

/* While a file stands where the directory was, nothing can be written there. */
static const char barred[] = "import errno, os, socket, sys\n"
			     "program, way = sys.argv[1:]\n"
			     "listener = socket.create_server(('127.0.0.1', 0))\n"
			     "os.rename('trace', 'away')\n"
			     "open('trace', 'w').close()\n"
			     "if way == 'spawn':\n"
			     "    os.waitpid(os.posix_spawn(program, [program], os.environ), 0)\n"
			     "else:\n"
			     "    held = open(program, 'r+b')\n"
			     "    try:\n"
			     "        os.execv(program, [program])\n"
			     "    except OSError as error:\n"
			     "        assert error.errno == errno.ETXTBSY\n"
			     "os.unlink('trace')\n"
			     "os.rename('away', 'trace')\n";

static void barred_run(struct subject *subject, enum subject_way way, const char *how)
{
	struct subject_options options = {.way = way};
	const char *copy = scratch_format("%s/static", scratch_new());

	scratch_copy(scratch_subject("static_linked"), copy, 0755);
	subject_run(subject, &options, COMMAND_LIST("/usr/bin/python3", "-c", barred, copy, how));
	cr_assert_eq(subject->command.status, 0, "%s", subject->command.err);
}

Test(missed, a_program_that_can_be_named_nowhere_is_counted)
{
	struct subject subject;

	barred_run(&subject, SUBJECT_RUN, "spawn");
	cr_expect_not(is_complete(&subject));
	cr_expect_not_null(note_with(&subject, "nor named in a file of its own, 1 time"), "%s",
			   report_dump(coverage_of(&subject)));
	subject_release(&subject);
}

Test(missed, a_program_that_could_not_be_started_is_not_counted)
{
	const enum subject_way ways[] = {SUBJECT_RUN, SUBJECT_PRELOAD};
	struct subject subject;

	for (size_t i = 0; i < 2; i++) {
		barred_run(&subject, ways[i], "exec");
		cr_expect(is_complete(&subject), "%s", report_dump(coverage_of(&subject)));
		subject_release(&subject);
	}
}
