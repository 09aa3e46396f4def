#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "program_elf.h"
#include "program_search.h"

#define SCRIPT_DEPTH_MAX 5   /* the kernel's own limit: fs/exec.c, exec_binprm() */
#define SCRIPT_LINE_MAX  256 /* BINPRM_BUF_SIZE, linux/binfmts.h */

_Static_assert(SCRIPT_LINE_MAX >= PROGRAM_ELF_START_BYTES, "one read serves both");

struct kind_row {
	bool can_be_recorded;
	const char *what, *reason, *advice;
};

static const struct kind_row kinds[] = {
#define PROGRAM_KIND(NAME, recordable, what_text, reason_text, advice_text)                        \
	[PROGRAM_##NAME] = {recordable, what_text, reason_text, advice_text},
#include "program_kinds.def"
#undef PROGRAM_KIND
};

bool program_can_be_recorded(const struct program *program, const char **reason)
{
	*reason = kinds[program->kind].can_be_recorded ? "" : kinds[program->kind].reason;
	return kinds[program->kind].can_be_recorded;
}

const char *program_kind_text(enum program_kind kind)
{
	return kinds[kind].what;
}

const char *program_kind_advice(enum program_kind kind)
{
	return kinds[kind].advice;
}

static enum status program_refuse(struct program *program, enum program_kind kind,
				  struct error *error)
{
	enum status status = kind == PROGRAM_MISSING ? STATUS_NOT_FOUND : STATUS_UNREADABLE;

	program->kind = kind;
	if (program->script_depth == 0)
		return error_set(error, status, program->path[0] != '\0' ? program->path : "''", 0,
				 "%s", kinds[kind].reason);
	return error_set(error, status, program->command_path, 0, "its interpreter %s: %s",
			 program->path, kinds[kind].reason);
}

/*
 * Whether the loader will run it in secure-execution mode (ld.so(8), getauxval(3) AT_SECURE): when
 * real and effective ids differ after exec, or capabilities are gained by anybody but root
 * (capabilities(7)). Neither happens on a nosuid mount or after PR_SET_NO_NEW_PRIVS.
 */
static bool gains_privileges(int fd, const struct stat *status, struct program *program)
{
	struct statvfs mount;

	program->is_setuid = (status->st_mode & S_ISUID) != 0;
	/* Without group execute permission the bit means mandatory locking (inode(7)). */
	program->is_setgid = (status->st_mode & (S_ISGID | S_IXGRP)) == (mode_t)(S_ISGID | S_IXGRP);
	program->has_capabilities = fgetxattr(fd, "security.capability", NULL, 0) > 0;
	if (fstatvfs(fd, &mount) == 0 && (mount.f_flag & ST_NOSUID) != 0)
		return false;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return false;
	return (program->is_setuid && status->st_uid != getuid()) ||
	       (program->is_setgid && status->st_gid != getgid()) ||
	       (program->has_capabilities && getuid() != 0);
}

/* Splits "#! interpreter argument" as the kernel does (fs/binfmt_script.c); NULL: no such line. */
static char *script_interpreter(char *line, char **argument)
{
	char *name, *end;

	if (line[0] != '#' || line[1] != '!')
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	name = line + 2 + strspn(line + 2, " \t");
	end = name + strcspn(name, " \t");
	*argument = end + strspn(end, " \t");
	*end = '\0';
	return name[0] != '\0' ? name : NULL;
}

/* `#!/usr/bin/env [-S] [NAME=VALUE] python3`: the program that env(1) will run; NULL none. */
static const char *env_command(char *argument)
{
	char *rest = argument, *word;

	while ((word = strsep(&rest, " \t")) != NULL) {
		if (strncmp(word, "-S", 2) == 0 && word[2] != '\0')
			return word + 2;
		if (word[0] != '\0' && word[0] != '-' && strchr(word, '=') == NULL)
			return word;
	}
	return NULL;
}

static enum status program_follow(struct program *program, char *line, struct error *error)
{
	char *argument = NULL;
	const char *interpreter = script_interpreter(line, &argument), *slash, *command;

	if (program->script_depth == SCRIPT_DEPTH_MAX) {
		program->kind = PROGRAM_OPAQUE;
		/* env(1) calls exec anew, and the kernel counts from 0 again. */
		return program->is_run_by_env ? STATUS_OK
					      : program_refuse(program, PROGRAM_SCRIPT_LOOP, error);
	}
	program->script_depth++;
	if (interpreter == NULL) {
		program->is_shell_text = true;
		interpreter = "/bin/sh";
	}
	slash = strrchr(interpreter, '/');
	command = slash != NULL && strcmp(slash, "/env") == 0 ? env_command(argument) : NULL;
	/* Of env(1)'s options not all are understood: then env itself is all that is known. */
	if (command != NULL && program_search(command, program->path) == PROGRAM_OPAQUE)
		program->is_run_by_env = true;
	else
		program->kind = program_search_path(interpreter, program->path);
	return STATUS_OK;
}

static enum status program_inspect_file(struct program *program, struct error *error)
{
	char start[SCRIPT_LINE_MAX + 1] = "";
	enum status result = STATUS_OK;
	struct stat status;
	ssize_t size;
	int fd = open(program->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		program->kind = PROGRAM_OPAQUE;
		return STATUS_OK;
	}
	size = pread(fd, start, SCRIPT_LINE_MAX, 0);
	if (size < 0 || fstat(fd, &status) != 0) {
		program->kind = PROGRAM_OPAQUE;
	} else if (program_elf_is_elf((unsigned char *)start, (size_t)size)) {
		program_elf_inspect(fd, (unsigned char *)start, (size_t)size, program);
		if (program->kind == PROGRAM_DYNAMIC && gains_privileges(fd, &status, program))
			program->kind = PROGRAM_PRIVILEGED;
	} else {
		result = program_follow(program, start, error);
	}
	close(fd);
	return result;
}

enum status program_inspect(const char *command, struct program *program, struct error *error)
{
	enum status status = STATUS_OK;
	unsigned int depth;

	memset(program, 0, sizeof(*program));
	program->kind = program_search(command, program->path);
	if (program->kind != PROGRAM_MISSING)
		memcpy(program->command_path, program->path, sizeof(program->path));
	do {
		/* What the search found out, of the command or of a script's interpreter. */
		if (program->kind == PROGRAM_MISSING || program->kind == PROGRAM_DIRECTORY ||
		    program->kind == PROGRAM_NOT_EXECUTABLE)
			return program_refuse(program, program->kind, error);
		depth = program->script_depth;
		status = program_inspect_file(program, error);
	} while (status == STATUS_OK && program->script_depth != depth);
	if (status == STATUS_OK && program->kind == PROGRAM_DYNAMIC &&
	    access(program->loader, F_OK) != 0 && errno == ENOENT) {
		program->kind = PROGRAM_MISSING;
		return error_set(error, STATUS_NOT_FOUND, program->loader, 0,
				 "the loader that the program names does not exist");
	}
	return status;
}
