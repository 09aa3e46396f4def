/*
 * Runs a program under the library and reports on it. Whatever can fail is tried before the program
 * starts: it then runs recorded or not at all. From there on nothing of ours may change how it
 * ends.
 */
#include "command.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis.h"
#include "cmd_check.h"
#include "launch.h"
#include "library_path.h"
#include "options.h"
#include "program.h"
#include "render.h"
#include "run_board.h"
#include "run_directory.h"
#include "run_handles.h"
#include "run_record.h"
#include "terminal.h"

enum exec_exit { EXEC_NOT_EXECUTABLE = 126, EXEC_NOT_FOUND = 127 }; /* as POSIX sh */

struct run {
	struct options_run options;
	struct check check;
	struct program program;
	const char *obstacle; /* why nothing can be recorded; NULL when it can */
	char library[PATH_MAX];
	char directory[PATH_MAX];
	char *handles; /* NULL: no file was given */
	struct run_record record;
	struct run_board board;
};

static void line_print(const char *name, const char *text)
{
	struct error error;

	error_set(&error, STATUS_OK, name, 0, "%s", text);
	command_fail(&error);
}

/* COMMAND_PASS, or the exit status when the program is not to be started. */
static int program_check(struct run *run)
{
	const char *name = run->options.program[0];
	const char *reason;
	struct error error;
	enum status status = program_inspect(name, &run->program, &error);

	if (status != STATUS_OK) {
		line_print(name[0] != '\0' ? name : "''", error.reason);
		return status == STATUS_NOT_FOUND ? EXEC_NOT_FOUND : EXEC_NOT_EXECUTABLE;
	}
	run->obstacle = program_can_be_recorded(&run->program, &reason) ? NULL : reason;
	return COMMAND_PASS;
}

static int run_prepare(struct run *run)
{
	struct error error;
	int result = program_check(run);

	if (result == COMMAND_PASS && run->options.is_check)
		result = check_prepare(&run->check, &run->options.check);
	if (result != COMMAND_PASS)
		return result;
	if (library_path_find(run->library, sizeof run->library, &error) != STATUS_OK ||
	    run_handles_check(run->options.handles, run->options.handles_count, run->library,
			      &run->handles, &error) != STATUS_OK ||
	    run_directory_prepare(run->options.directory, run->directory, sizeof run->directory,
				  &error) != STATUS_OK ||
	    run_record_init(&run->record, run->directory, run->program.command_path,
			    run->options.program, run->obstacle, &error) != STATUS_OK)
		return command_fail(&error);
	return COMMAND_PASS;
}

/* ours, then what the user preloads already: ld.so(8). Freed by the caller; NULL: no memory. */
static char *preload_list(const char *library)
{
	const char *already = getenv("LD_PRELOAD");
	bool has_already = already != NULL && already[0] != '\0';
	size_t size = strlen(library) + (has_already ? strlen(already) + 1 : 0) + 1;
	char *list = malloc(size);

	if (list != NULL)
		snprintf(list, size, "%s%s%s", library, has_already ? ":" : "",
			 has_already ? already : "");
	return list;
}

/*
 * A loader of another machine complains on the program's stderr about a library that is not for it,
 * and musl's refuses to start the program. What is static or setuid takes no notice, and children
 * of it may be recorded after all.
 */
static bool is_harmed_by_preload(const struct program *program)
{
	return program->kind == PROGRAM_OTHER_MACHINE || program->kind == PROGRAM_OTHER_LIBC;
}

static int program_start(struct run *run, struct launch *launch)
{
	char *preload = preload_list(run->library);
	const struct launch_variable variables[] = {
		{is_harmed_by_preload(&run->program) ? NULL : "LD_PRELOAD", preload},
		{"SOCKLIFE_TRACE", run->directory},
		{"SOCKLIFE_TRACK", run->options.track},
		{"SOCKLIFE_HANDLES", run->handles},
		{"SOCKLIFE_BOARD", run->board.board != NULL ? run->board.number : NULL},
		{NULL, NULL},
	};
	int failure = preload == NULL ? ENOMEM
				      : launch_start(launch, run->options.program, variables);

	free(preload);
	if (failure == 0)
		return COMMAND_PASS;
	line_print(run->options.program[0], strerror(failure));
	return COMMAND_FAILED;
}

/* The child that never became the program has an exit status all the same. */
static int exec_failed(struct run *run, int failure)
{
	int status = failure == ENOENT ? EXEC_NOT_FOUND : EXEC_NOT_EXECUTABLE;

	run_record_ended(&run->record, status << 8);
	line_print(run->options.program[0], strerror(failure));
	return status;
}

/* One line is enough, and the library has written it where we would. */
static bool is_told_already(const struct run *run, const struct model *model)
{
	return model->sockets_count == 0 && model->objects_count == 0 &&
	       run->options.renderer == &renderer_text && run_board_has_told(&run->board);
}

static void report_print(const struct run *run)
{
	const struct selection everything = {0};
	struct analysis analysis;
	struct error error;

	if (analysis_init(&analysis, run->directory, &error) != STATUS_OK) {
		command_fail(&error);
		return;
	}
	if (is_told_already(run, &analysis.model)) {
		analysis_release(&analysis);
		return;
	}
	if (analysis_judge(&analysis, NULL, &error) != STATUS_OK ||
	    run->options.renderer->render(
		    &(struct render_input){
			    .model = &analysis.model,
			    .symbols = analysis.symbols,
			    .findings = &analysis.findings,
			    .selection = &everything,
		    },
		    stderr, &error) == STATUS_NO_MEMORY)
		command_fail(&error);
	analysis_release(&analysis);
}

static void obstacle_print(const struct run *run)
{
	struct error error;

	error_set(&error, STATUS_OK, run->options.program[0], 0, "nothing could be recorded: %s",
		  run->obstacle);
	command_fail(&error);
}

/* The exit status of the check, or COMMAND_PASS when there is none. */
static int recording_tell(struct run *run)
{
	if (run->options.is_check)
		return check_judge(&run->check, run->directory, stderr, run->options.is_quiet);
	if (!run->options.is_quiet)
		report_print(run);
	else if (run->obstacle != NULL)
		obstacle_print(run);
	return COMMAND_PASS;
}

static int program_run(struct run *run)
{
	struct launch launch;
	int result, failure, wait_status;

	run_board_open(&run->board);
	result = program_start(run, &launch);
	if (result != COMMAND_PASS)
		return result;
	run_record_started(&run->record, launch.child);
	failure = launch_exec_error(&launch);
	if (failure != 0)
		return exec_failed(run, failure);
	wait_status = launch_wait(&launch);
	run_record_ended(&run->record, wait_status);
	run_record_unrecorded(&run->record, run_board_unrecorded(&run->board));
	signal(SIGPIPE, SIG_IGN); /* a reader of stderr that has gone is no reason to end by it */
	result = recording_tell(run);
	failure = launch_end_alike(wait_status);
	return failure != 0 ? failure : result; /* the program's own failure comes first */
}

static int run_run(const struct command *command, int argc, char **argv)
{
	struct run run = {0};
	int result;

	options_parse_run(command, argc, argv, &run.options);
	result = run_prepare(&run);
	if (result == COMMAND_PASS)
		result = program_run(&run);
	run_board_close(&run.board);
	run_record_release(&run.record);
	free(run.handles);
	check_release(&run.check);
	options_run_release(&run.options);
	return result;
}

const struct command cmd_run = {
	.name = "run",
	.synopsis = "[--] PROGRAM [ARGUMENT...]",
	.summary = "run a program and report on its sockets when it has ended",
	.run = run_run,
};
