#include "subject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "contract.h"
#include "scratch.h"
#include "witness.h"

#define ARGUMENTS_MAX 96

struct arguments {
	const char *values[ARGUMENTS_MAX + 1];
	size_t count;
};

static void arguments_add(struct arguments *arguments, const char *const values[])
{
	for (; *values != NULL; values++) {
		cr_assert_lt(arguments->count, ARGUMENTS_MAX);
		arguments->values[arguments->count++] = *values;
	}
	arguments->values[arguments->count] = NULL;
}

/* A user without rights on the build directory finds a copy in the scratch directory. */
static const char *product(const struct subject *subject, const struct subject_options *options,
			   const char *name)
{
	const char *copy = scratch_format("%s/%s", subject->directory, name);

	if (options->command.user == 0)
		return scratch_built(name);
	scratch_copy(scratch_built(name), copy, 0755);
	return copy;
}

static const char *leaks_allow(void)
{
	const char *already = getenv("ASAN_OPTIONS");

	return scratch_format("ASAN_OPTIONS=%s:detect_leaks=0", already != NULL ? already : "");
}

/*
 * The library is preloaded by env(1), so that neither strace nor anything else that stands before
 * it is loaded with it.
 */
static void arguments_prefix(struct arguments *arguments, const struct subject *subject,
			     const struct subject_options *options)
{
	const char *library = NULL;

	if (options->way != SUBJECT_BARE)
		library = product(subject, options, "libsocklife.so");
	/* LeakSanitizer is a debugger of its own, and a process has but one (ptrace(2)). */
	if (options->is_witnessed && getenv("SOCKLIFE_SAN") != NULL)
		arguments_add(arguments, COMMAND_LIST("env", leaks_allow()));
	if (options->is_witnessed)
		arguments_add(arguments, witness_prefix(subject->witness));
	if (options->way == SUBJECT_RUN) {
		arguments_add(arguments, COMMAND_LIST(product(subject, options, "socklife"), "run",
						      "-q", "-o", subject->trace));
		if (options->run_options != NULL)
			arguments_add(arguments, options->run_options);
		arguments_add(arguments, COMMAND_LIST("--"));
	}
	if (options->way == SUBJECT_PRELOAD)
		arguments_add(arguments,
			      COMMAND_LIST("env", scratch_format("LD_PRELOAD=%s", library),
					   scratch_format("SOCKLIFE_TRACE=%s", subject->trace)));
	if (options->bindings != NULL)
		arguments_add(arguments, COMMAND_LIST("env", "LD_DEBUG=bindings",
						      scratch_format("LD_DEBUG_OUTPUT=%s",
								     options->bindings)));
}

void subject_start(struct subject *subject, const struct subject_options *options,
		   const char *const argv[])
{
	struct command_options command = options->command;
	struct arguments arguments = {0};

	memset(subject, 0, sizeof(*subject));
	subject->directory = scratch_new();
	subject->trace = scratch_format("%s/trace", subject->directory);
	subject->witness = scratch_format("%s/witness", subject->directory);
	subject->is_reported = options->way != SUBJECT_BARE && !options->is_unreported;
	arguments_prefix(&arguments, subject, options);
	arguments_add(&arguments, argv);
	if (command.directory == NULL)
		command.directory = subject->directory;
	command_start(&subject->command, arguments.values, &command);
}

json_t *subject_report_load(const char *trace)
{
	struct command command;
	json_error_t error;
	json_t *report;

	command_run(&command,
		    COMMAND_LIST(scratch_built("socklife"), "report", trace, "--format", "json"),
		    NULL);
	cr_assert_eq(command.status, 0, "socklife report %s ended with %d, signal %d: %s", trace,
		     command.status, command.signal_number, command.err);
	report = json_loads(command.out, 0, &error);
	cr_assert_not_null(report, "the report is no JSON, line %d: %s", error.line, error.text);
	contract_expect(report);
	command_release(&command);
	return report;
}

void subject_finish(struct subject *subject)
{
	command_finish(&subject->command);
	if (subject->is_reported)
		subject->report = subject_report_load(subject->trace);
}

void subject_run(struct subject *subject, const struct subject_options *options,
		 const char *const argv[])
{
	subject_start(subject, options, argv);
	subject_finish(subject);
}

void subject_release(struct subject *subject)
{
	command_release(&subject->command);
	json_decref(subject->report);
	subject->report = NULL;
}

void subject_record(struct subject *subject, const char *name, const char *argument)
{
	struct subject_options options = {.way = SUBJECT_RUN};

	subject_run(subject, &options, COMMAND_LIST(scratch_subject(name), argument));
	cr_assert_eq(subject->command.status, 0, "%s %s ended with %d, signal %d: %s", name,
		     argument, subject->command.status, subject->command.signal_number,
		     subject->command.err);
}

const char *subject_fact_text(const struct subject *subject, const char *name)
{
	size_t length = strlen(name);
	const char *line = subject->command.out;

	while (line != NULL && *line != '\0') {
		const char *end = strchr(line, '\n');

		if (strncmp(line, name, length) == 0 && line[length] == '=' && end != NULL)
			return scratch_format("%.*s", (int)(end - line - (long)length - 1),
					      line + length + 1);
		line = end != NULL ? end + 1 : NULL;
	}
	cr_assert_fail("no fact \"%s\" in: %s%s", name, subject->command.out, subject->command.err);
	return NULL;
}

long long subject_fact(const struct subject *subject, const char *name)
{
	return atoll(subject_fact_text(subject, name));
}

long long subject_pid(const struct subject *subject)
{
	return subject_fact(subject, "pid");
}
