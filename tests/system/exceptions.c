/*
 * C++ exceptions stay with libgcc's unwinder: libunwind exports functions of the same names, and a
 * library linked to it would take them over in every plug-in.
 */
#include <glob.h>
#include <string.h>

#include "fixture.h"
#include "report.h"
#include "scratch.h"
#include "subject.h"

FIXTURE_SUITE(exceptions);

/* How many lines of the loader's output bind libstdc++'s use of `symbol` to `library`. */
static int bindings_count(const char *prefix, const char *symbol, const char *library)
{
	char *text, *line, *rest = NULL;
	glob_t files;
	size_t index;
	int count = 0;

	cr_assert_eq(glob(scratch_format("%s.*", prefix), 0, NULL, &files), 0);
	for (index = 0; index < files.gl_pathc; index++) {
		text = scratch_read(files.gl_pathv[index], NULL);
		for (line = strtok_r(text, "\n", &rest); line != NULL;
		     line = strtok_r(NULL, "\n", &rest)) {
			const char *to = strstr(line, " to ");

			count += strstr(line, "libstdc++") != NULL &&
				 strstr(line, symbol) != NULL && to != NULL &&
				 strstr(line, "libstdc++") < to && strstr(to, library) != NULL;
		}
	}
	globfree(&files);
	return count;
}

static void bindings_check(const char *throws_first)
{
	struct subject_options options = {.way = SUBJECT_RUN};
	struct subject subject;

	options.bindings = scratch_format("%s/bindings", scratch_new());
	subject_run(&subject, &options,
		    COMMAND_LIST(scratch_subject("thrower"), scratch_subject("libthrower.so"),
				 throws_first));
	cr_expect_eq(subject.command.status, 0, "%s", subject.command.err);
	cr_expect_eq(subject_fact(&subject, "caught_after"), 42);
	cr_expect_gt(bindings_count(options.bindings, "`_Unwind_RaiseException'", "libgcc_s"), 0);
	cr_expect_eq(bindings_count(options.bindings, "`_Unwind_", "libunwind"), 0);
	cr_expect_gt(
		report_size(report_row(subject.report, "sockets", "origin", "accept"), "opened_at"),
		0, "a stack was taken, so libunwind may be there");
	subject_release(&subject);
}

Test(exceptions, thrown_before_and_after_a_socket_are_libgccs)
{
	bindings_check("first");
}

Test(exceptions, thrown_only_after_a_socket_are_libgccs)
{
	bindings_check(NULL);
}
