#include "comparison.h"

#include <string.h>

#include <criterion/criterion.h>

void comparison_expect_same(const struct command *bare, const struct command *recorded,
			    bool has_varying_output)
{
	cr_expect_eq(recorded->status, bare->status, "exit status: bare %d, recorded %d: %s",
		     bare->status, recorded->status, recorded->err);
	cr_expect_eq(recorded->signal_number, bare->signal_number, "signal: bare %d, recorded %d",
		     bare->signal_number, recorded->signal_number);
	if (has_varying_output)
		return;
	cr_expect(bare->out_size_bytes == recorded->out_size_bytes &&
			  memcmp(bare->out, recorded->out, bare->out_size_bytes) == 0,
		  "stdout differs; bare:\n%.2000s\nrecorded:\n%.2000s", bare->out, recorded->out);
	cr_expect_str_eq(recorded->err, bare->err, "stderr differs; bare:\n%s\nrecorded:\n%s",
			 bare->err, recorded->err);
}

void comparison_run(struct comparison *comparison, int status, bool has_varying_output,
		    const char *const argv[])
{
	struct subject_options bare = {.way = SUBJECT_BARE};
	struct subject_options recorded = {.way = SUBJECT_RUN, .is_witnessed = true};

	subject_run(&comparison->bare, &bare, argv);
	/* Two that fail alike, for want of a server or of an interpreter, would show nothing. */
	cr_assert_eq(comparison->bare.command.status, status, "%s ended with %d, signal %d: %s",
		     argv[0], comparison->bare.command.status,
		     comparison->bare.command.signal_number, comparison->bare.command.err);
	subject_run(&comparison->recorded, &recorded, argv);
	comparison_expect_same(&comparison->bare.command, &comparison->recorded.command,
			       has_varying_output);
	witness_load(&comparison->witness, comparison->recorded.witness);
	witness_agrees(&comparison->witness, comparison->recorded.report);
}

void comparison_release(struct comparison *comparison)
{
	witness_release(&comparison->witness);
	subject_release(&comparison->recorded);
	subject_release(&comparison->bare);
}
