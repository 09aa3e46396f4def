/*
 * The main claim about a real program: it behaves under socklife as it does bare, and the report
 * says what strace saw in that same run. One thread.
 */
#ifndef SOCKLIFE_TESTS_COMPARISON_H
#define SOCKLIFE_TESTS_COMPARISON_H

#include <stdbool.h>

#include "subject.h"
#include "witness.h"

struct comparison {
	struct subject bare, recorded;
	struct witness witness;
};

/*
 * Runs the command bare, which must end with `status`, then recorded under strace; asserts that
 * exit status, signal and, unless has_varying_output, stdout and stderr are the same, and that
 * report and strace agree.
 */
void comparison_run(struct comparison *comparison, int status, bool has_varying_output,
		    const char *const argv[]);
void comparison_release(struct comparison *comparison);

/* Bare and recorded ended alike and, unless has_varying_output, printed the same. */
void comparison_expect_same(const struct command *bare, const struct command *recorded,
			    bool has_varying_output);

#endif
