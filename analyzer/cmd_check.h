/*
 * A check of one recording, which `check` and `run --check` make: everything that can fail before
 * there is a recording fails in check_prepare(). Prints its errors. One thread.
 */
#ifndef SOCKLIFE_CMD_CHECK_H
#define SOCKLIFE_CMD_CHECK_H

#include <stdbool.h>
#include <stdio.h>

#include "policy_baseline.h"
#include "policy_suppressions.h"

struct options_check;

struct check {
	const struct options_check *options;
	struct suppressions suppressions;
	struct baseline baseline;
	bool has_suppressions, has_baseline;
};

/* COMMAND_PASS, or the exit status; check_release() is due in both cases. */
int check_prepare(struct check *check, const struct options_check *options);
/* The exit status. The outcome goes to options.output, else to `out`; with is_quiet only one that
 * is no pass. */
int check_judge(struct check *check, const char *trace, FILE *out, bool is_quiet);
void check_release(struct check *check);

#endif
