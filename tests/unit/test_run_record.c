#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "model.h"
#include "reader.h"
#include "run_record.h"
#include "scratch.h"

static char *const arguments[] = {"program", "", "an argument", NULL};
static const char *ground;
static struct run_record record;
static struct error error;

static void record_begin(const char *note)
{
	ground = scratch_new();
	cr_assert_eq(run_record_init(&record, ground, "/usr/bin/program", arguments, note, &error),
		     STATUS_OK, "%s: %s", error.path, error.reason);
}

TestSuite(run_record, .fini = scratch_remove_all);

/* The first record of that kind in the file; the reader stays open. */
static const struct trace_record *record_find(struct reader *reader, uint16_t kind)
{
	const struct trace_record *found;

	cr_assert_eq(reader_open(reader, scratch_format("%s/run.trace", ground), &error), STATUS_OK,
		     "%s: %s", error.path, error.reason);
	while (reader_next(reader, &found) == STATUS_OK) {
		if (found->kind == kind)
			return found;
	}
	cr_expect_not(reader->is_corrupt);
	cr_expect_not(reader->is_truncated);
	return NULL;
}

Test(run_record, names_the_command)
{
	static const char expected[] = "program\0\0an argument";
	struct reader reader;
	const struct trace_run *run;
	const char *text;
	size_t size;

	record_begin(NULL);
	run_record_started(&record, 77);
	run = (const struct trace_run *)record_find(&reader, TRACE_RUN);
	cr_assert_not_null(run);
	cr_expect_eq(run->child_pid, 77);
	cr_expect_eq(run->argument_count, 3);
	cr_expect_eq(run->end, 0);
	text = reader_text(&run->record, &size);
	cr_expect_str_eq(text, "/usr/bin/program");
	cr_expect_arr_eq(text + size - sizeof expected, expected, sizeof expected);
	reader_close(&reader);
	run_record_release(&record);
}

Test(run_record, is_not_committed_before_the_program_is_started)
{
	struct reader reader;

	record_begin(NULL);
	cr_expect_null(record_find(&reader, TRACE_RUN));
	reader_close(&reader);
	run_record_release(&record);
}

static void ends_as(int wait_status, enum trace_process_end end, int status, int signal_number)
{
	struct reader reader;
	const struct trace_run *run;

	record_begin(NULL);
	run_record_started(&record, 77);
	run_record_ended(&record, wait_status);
	run = (const struct trace_run *)record_find(&reader, TRACE_RUN);
	cr_assert_not_null(run);
	cr_expect_eq(run->end, end);
	cr_expect_eq(run->status, status);
	cr_expect_eq(run->signal_number, signal_number);
	cr_expect_geq(run->ended_ns, run->started_ns);
	reader_close(&reader);
	run_record_release(&record);
}

Test(run_record, tells_an_exit_status)
{
	ends_as(3 << 8, TRACE_PROCESS_END_EXIT, 3, 0);
}

Test(run_record, tells_a_signal)
{
	ends_as(SIGKILL, TRACE_PROCESS_END_SIGNAL, 0, SIGKILL);
}

Test(run_record, says_why_nothing_could_be_recorded)
{
	static const char reason[] = "it is statically linked";
	struct reader reader;
	const struct trace_note *note;
	const char *text;
	size_t size;

	record_begin(reason);
	run_record_started(&record, 77);
	note = (const struct trace_note *)record_find(&reader, TRACE_NOTE);
	cr_assert_not_null(note);
	cr_expect_eq(note->is_gap, 1);
	text = reader_text(&note->record, &size);
	cr_assert_eq(size, strlen(reason));
	cr_expect_arr_eq(text, reason, size);
	reader_close(&reader);
	run_record_release(&record);
}

Test(run_record, is_the_owners_only)
{
	struct stat status;

	record_begin(NULL);
	cr_assert_eq(stat(scratch_format("%s/run.trace", ground), &status), 0);
	cr_expect_eq(status.st_mode & 07777, 0600);
	run_record_release(&record);
}

Test(run_record, does_not_overwrite_another)
{
	struct run_record second;

	record_begin(NULL);
	cr_expect_eq(run_record_init(&second, ground, "", arguments, NULL, &error), STATUS_WRITE);
	run_record_release(&record);
}
