/*
 * What kind of program is a command, and can libsocklife.so be loaded into it? Finds the file as
 * execvp(3) would, follows scripts to the ELF file that the kernel maps in the end, and reads that
 * file's headers. Reads only, executes nothing; the files are untrusted. Thread-safe.
 *
 * Whether a program uses io_uring or system calls of its own cannot be known from outside.
 */
#ifndef SOCKLIFE_PROGRAM_H
#define SOCKLIFE_PROGRAM_H

#include <limits.h>
#include <stdbool.h>

#include "error.h"

enum program_kind {
#define PROGRAM_KIND(NAME, can_be_recorded, what, reason, advice) PROGRAM_##NAME,
#include "program_kinds.def"
#undef PROGRAM_KIND
};

enum program_library {
#define PROGRAM_LIBRARY(NAME, soname, purpose) PROGRAM_LIBRARY_##NAME,
#include "program_libraries.def"
#undef PROGRAM_LIBRARY
	PROGRAM_LIBRARY_COUNT
};

struct program {
	enum program_kind kind;
	char command_path[PATH_MAX]; /* the file that the command names; "" missing */
	char path[PATH_MAX];         /* the file that `kind` is about: behind all scripts */
	char loader[PATH_MAX];       /* its ELF interpreter, as ld-linux-x86-64.so.2; "" none */
	unsigned int script_depth;   /* 0: the command is no script */
	bool is_run_by_env;          /* a script of `#!/usr/bin/env X`: path is X's */
	bool is_shell_text;          /* it has no #! line either: execvp(3) gives it to /bin/sh */
	bool is_setuid, is_setgid, has_capabilities; /* whether or not they take effect */
	bool has_libraries[PROGRAM_LIBRARY_COUNT];   /* linked by the program itself */
	bool is_python;                              /* CPython, or a program that embeds it */
	unsigned int python_major, python_minor;     /* 0 unknown */
};

/*
 * STATUS_OK: `program` says what the command is. STATUS_NOT_FOUND: it, or the interpreter that it
 * needs, does not exist (a shell's 127). STATUS_UNREADABLE: it may not be executed (a shell's 126).
 * In the last two *error is filled, and so are `kind` and the paths as far as they are known.
 */
enum status program_inspect(const char *command, struct program *program, struct error *error);

/* False: *reason says why not in half a sentence, for people. True: *reason is "". */
bool program_can_be_recorded(const struct program *program, const char **reason);

const char *program_kind_text(enum program_kind kind);   /* completes "CMD is …" */
const char *program_kind_advice(enum program_kind kind); /* what to do instead; "" nothing */

#endif
