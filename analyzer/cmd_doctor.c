/*
 * socklife doctor CMD: can this program be recorded, and if not, why? Looks at files only; the
 * program is not run.
 */
#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "error.h"
#include "library_path.h"
#include "options.h"
#include "program.h"
#include "program_elf.h"
#include "terminal.h"

#define LABEL_WIDTH 9

struct doctor {
	struct terminal terminal;
	struct program program;
	bool is_healthy; /* nothing found that keeps socklife from recording here */
};

/* A line of findings: a label, then words of ours and perhaps a text from outside between them. */
static void doctor_line(const struct doctor *doctor, const char *label, const char *before,
			const char *outside, const char *after)
{
	char text[4 * PATH_MAX];

	terminal_escape(&doctor->terminal, outside, strlen(outside), text, sizeof(text));
	printf("  %-*s %s%s%s\n", LABEL_WIDTH, label, before, text, after);
}

static void doctor_privileges(const struct doctor *doctor)
{
	const struct program *program = &doctor->program;

	if (program->kind == PROGRAM_PRIVILEGED)
		return;
	if (program->is_setuid || program->is_setgid || program->has_capabilities)
		doctor_line(doctor, "note", "it is ", "",
			    "setuid, setgid or has file capabilities, but gains nothing when you "
			    "run it; another user may not be able to record it");
}

static void doctor_libraries(const struct doctor *doctor)
{
	static const struct {
		const char *soname, *purpose;
	} libraries[] = {
#define PROGRAM_LIBRARY(NAME, soname_text, purpose_text) {soname_text, purpose_text},
#include "program_libraries.def"
#undef PROGRAM_LIBRARY
	};

	for (size_t i = 0; i < PROGRAM_LIBRARY_COUNT; i++) {
		char purpose[64];

		if (!doctor->program.has_libraries[i])
			continue;
		snprintf(purpose, sizeof(purpose), " (%s)", libraries[i].purpose);
		doctor_line(doctor, "links", "", libraries[i].soname, purpose);
	}
}

static void doctor_python(const struct doctor *doctor)
{
	const struct program *program = &doctor->program;
	char version[64] = "";

	if (!program->is_python)
		return;
	if (program->python_major != 0)
		snprintf(version, sizeof(version), " %u.%u", program->python_major,
			 program->python_minor);
	doctor_line(doctor, "runtime", "CPython", version, "");
}

static void doctor_program(const struct doctor *doctor, const char *command)
{
	const struct program *program = &doctor->program;
	char name[PATH_MAX];

	terminal_escape(&doctor->terminal, command, strlen(command), name, sizeof(name));
	printf("%s\n", name);
	if (program->script_depth > 0) {
		doctor_line(doctor, "file", "", program->command_path,
			    program->is_shell_text ? " (a script without a #! line)"
						   : " (a script)");
		doctor_line(doctor, "runs in", "", program->path, "");
	} else {
		doctor_line(doctor, "file", "", program->path, "");
	}
	doctor_line(doctor, "is", program_kind_text(program->kind), "", "");
	doctor_python(doctor);
	doctor_libraries(doctor);
	doctor_privileges(doctor);
}

static void doctor_library(struct doctor *doctor)
{
	char path[PATH_MAX];
	struct error error;

	if (library_path_find(path, sizeof(path), &error) != STATUS_OK) {
		doctor_line(doctor, "library", "not found: ", error.reason, "");
		doctor->is_healthy = false;
	} else if (!program_elf_is_library(path)) {
		doctor_line(doctor, "library", "", path,
			    ": is no shared library of this machine's kind");
		doctor->is_healthy = false;
	} else {
		doctor_line(doctor, "library", "", path, ": found");
	}
}

/* Without libunwind sockets are recorded all the same, so this is a remark only. */
static void doctor_stacks(const struct doctor *doctor)
{
	void *library = dlopen("libunwind.so.8", RTLD_LAZY | RTLD_LOCAL);

	doctor_line(doctor, "stacks",
		    library != NULL ? "libunwind.so.8: found"
				    : "libunwind.so.8: not found, so native stacks may be missing "
				      "(Debian: install libunwind8)",
		    "", "");
	if (library != NULL)
		dlclose(library);
}

/* `run` makes the directory anew and renames an older one: its parent has to be writable. */
static void doctor_trace(struct doctor *doctor)
{
	const char *named = getenv("SOCKLIFE_TRACE");
	const char *trace = named != NULL && named[0] != '\0' ? named : COMMAND_DEFAULT_TRACE;
	char *copy = strdup(trace);
	const char *parent = copy != NULL ? dirname(copy) : ".";

	if (access(parent, W_OK | X_OK) == 0) {
		doctor_line(doctor, "trace", "", trace, ": can be written");
	} else {
		doctor_line(doctor, "trace", "", trace,
			    ": its directory cannot be written; choose another with `run -o DIR`");
		doctor->is_healthy = false;
	}
	free(copy);
}

static int doctor_verdict(const struct doctor *doctor)
{
	const char *reason, *advice = program_kind_advice(doctor->program.kind);

	if (!program_can_be_recorded(&doctor->program, &reason)) {
		printf("Cannot be recorded: %s.\n", reason);
		printf("Instead: %s.\n", advice);
		return COMMAND_FINDINGS;
	}
	if (!doctor->is_healthy) {
		printf("Cannot be recorded here: see above.\n");
		return COMMAND_FINDINGS;
	}
	if (doctor->program.kind == PROGRAM_OPAQUE) {
		printf("Cannot be told: %s.\n", advice);
		return COMMAND_FAILED;
	}
	printf("Can be recorded (unless it makes system calls or uses io_uring by itself).\n");
	return COMMAND_PASS;
}

static int doctor_run(const struct command *command, int argc, char **argv)
{
	struct doctor doctor = {.is_healthy = true};
	struct options_plain options;
	struct error error;

	options_parse_plain(command, argc, argv, 1, INT_MAX, true, &options);
	terminal_init(&doctor.terminal, stdout);
	if (program_inspect(options.arguments[0], &doctor.program, &error) != STATUS_OK)
		return command_fail(&error);
	doctor_program(&doctor, options.arguments[0]);
	doctor_library(&doctor);
	doctor_stacks(&doctor);
	doctor_trace(&doctor);
	return doctor_verdict(&doctor);
}

const struct command cmd_doctor = {
	.name = "doctor",
	.synopsis = "CMD [ARGUMENT...]",
	.summary = "tell whether a program can be recorded, and if not, why",
	.run = doctor_run,
};
