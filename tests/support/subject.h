/*
 * Runs a command bare, under `socklife run`, or with the library alone (LD_PRELOAD), and loads the
 * report of what was recorded. Every run has a scratch directory of its own, in which the command
 * runs. Failures of the harness abort the test. One thread.
 *
 * The programs in tests/subjects print facts about themselves, a line each: name=value.
 */
#ifndef SOCKLIFE_TESTS_SUBJECT_H
#define SOCKLIFE_TESTS_SUBJECT_H

#include <jansson.h>

#include "command.h"

enum subject_way {
	SUBJECT_BARE,
	SUBJECT_RUN,    /* socklife run -q -o TRACE -- CMD */
	SUBJECT_PRELOAD /* LD_PRELOAD=libsocklife.so SOCKLIFE_TRACE=TRACE CMD */
};

struct subject_options {
	enum subject_way way;
	struct command_options command; /* .directory NULL: the scratch directory; with a .user the
					   product is copied there, where any user may run it */
	bool is_witnessed;              /* under strace -f -yy, whose output is in `witness` */
	const char *const *run_options; /* for `socklife run`, NULL-terminated; NULL: none */
	bool is_unreported;             /* the trace is not turned into a report */
	const char *bindings;           /* file prefix for LD_DEBUG=bindings; NULL: none */
};

struct subject {
	const char *directory; /* scratch */
	const char *trace;     /* the trace directory */
	const char *witness;   /* prefix of strace's output files */
	struct command command;
	bool is_reported;
	json_t *report; /* NULL when not reported */
};

void subject_start(struct subject *subject, const struct subject_options *options,
		   const char *const argv[]);
/* Waits for the end and loads the report. */
void subject_finish(struct subject *subject);
void subject_run(struct subject *subject, const struct subject_options *options,
		 const char *const argv[]);
void subject_release(struct subject *subject);

/* The usual: `NAME ARGUMENT…` of tests/subjects under `socklife run`, which must end with 0. */
void subject_record(struct subject *subject, const char *name, const char *argument);

long long subject_fact(const struct subject *subject, const char *name);
const char *subject_fact_text(const struct subject *subject, const char *name);
/* The pid that a subject printed as the fact "pid". */
long long subject_pid(const struct subject *subject);

/* Runs `socklife report --format json` on a trace, parses it, and holds it to contract.h. */
json_t *subject_report_load(const char *trace);

#endif
