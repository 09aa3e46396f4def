/*
 * Programs that take this one's place. Everything stands on the caller's stack: exec is called in
 * signal handlers and in vfork children.
 */
#include "hook.h"

#include <alloca.h>
#include <fcntl.h>
#include <stdarg.h>

#include "environment.h"
#include "real.h"

struct hook_exec hook_executing(const struct recorder_program *program)
{
	struct hook_scope scope = hook_enter();
	struct hook_exec exec = {.missed = recorder_program_starts(program, 0)};

	if (!hook_is_silent())
		exec.record = recorder_exec(program->name != NULL ? program->name : "");
	hook_leave(scope);
	return exec;
}

void hook_exec_returned(const struct hook_exec *exec)
{
	struct hook_scope scope = hook_enter();

	recorder_program_failed(&exec->missed);
	if (exec->record != NULL)
		recorder_exec_failed(exec->record, scope.error);
	hook_leave(scope);
}

static int hook_execve(const char *path, char *const arguments[], char *const environment[])
{
	size_t size = environment_extended_size(environment);
	char *const *extended = environment_extend(environment, alloca(size), size);
	const struct recorder_program program = {path, -1, arguments, false, size != 0};
	struct hook_exec exec = hook_executing(&program);
	int result = REAL(execve)(path, arguments, extended);

	hook_exec_returned(&exec);
	return result;
}

/* execvp() is execvpe() with the program's own environment (posix/execvp.c). */
static int hook_execvpe(const char *file, char *const arguments[], char *const environment[])
{
	size_t size = environment_extended_size(environment);
	char *const *extended = environment_extend(environment, alloca(size), size);
	const struct recorder_program program = {file, -1, arguments, true, size != 0};
	struct hook_exec exec = hook_executing(&program);
	int result = REAL(execvpe)(file, arguments, extended);

	hook_exec_returned(&exec);
	return result;
}

HOOK_EXPORT int execve(const char *path, char *const arguments[], char *const environment[])
{
	return hook_execve(path, arguments, environment);
}

HOOK_EXPORT int execv(const char *path, char *const arguments[])
{
	return hook_execve(path, arguments, environ);
}

HOOK_EXPORT int execvpe(const char *file, char *const arguments[], char *const environment[])
{
	return hook_execvpe(file, arguments, environment);
}

HOOK_EXPORT int execvp(const char *file, char *const arguments[])
{
	return hook_execvpe(file, arguments, environ);
}

HOOK_EXPORT int fexecve(int fd, char *const arguments[], char *const environment[])
{
	size_t size = environment_extended_size(environment);
	char *const *extended = environment_extend(environment, alloca(size), size);
	const struct recorder_program program = {NULL, fd, arguments, false, size != 0};
	struct hook_exec exec = hook_executing(&program);
	int result = REAL(fexecve)(fd, arguments, extended);

	hook_exec_returned(&exec);
	return result;
}

/* A path from another directory is not known here. */
struct recorder_program hook_program_at(int directory, const char *path, char *const arguments[],
					bool is_extended)
{
	bool is_empty = path == NULL || path[0] == '\0';
	bool is_path = !is_empty && (path[0] == '/' || directory == AT_FDCWD);

	return (struct recorder_program){.name = is_path ? path : NULL,
					 .fd = is_empty ? directory : -1,
					 .arguments = arguments,
					 .is_extended = is_extended};
}

HOOK_EXPORT int execveat(int directory, const char *path, char *const arguments[],
			 char *const environment[], int flags)
{
	size_t size = environment_extended_size(environment);
	char *const *extended = environment_extend(environment, alloca(size), size);
	const struct recorder_program program = hook_program_at(directory, path, arguments,
								size != 0);
	struct hook_exec exec = hook_executing(&program);
	int result = REAL(execveat)(directory, path, arguments, extended, flags);

	hook_exec_returned(&exec);
	return result;
}

/* ---- arguments in a list ---- */

/* How many there are, the NULL at the end among them. */
static size_t exec_count_arguments(const char *first, va_list *list)
{
	size_t count = 1;

	for (const char *argument = first; argument != NULL; argument = va_arg(*list, char *))
		count++;
	return count;
}

/* Leaves `list` behind the NULL, where execle() has its environment. */
static void exec_collect_arguments(char **arguments, const char *first, va_list *list)
{
	arguments[0] = (char *)first;
	for (size_t at = 0; arguments[at] != NULL; at++)
		arguments[at + 1] = va_arg(*list, char *);
}

HOOK_EXPORT int execl(const char *path, const char *first, ...)
{
	char **arguments;
	va_list list;

	va_start(list, first);
	arguments = alloca(exec_count_arguments(first, &list) * sizeof(char *));
	va_end(list);
	va_start(list, first);
	exec_collect_arguments(arguments, first, &list);
	va_end(list);
	return hook_execve(path, arguments, environ);
}

HOOK_EXPORT int execle(const char *path, const char *first, ...)
{
	char *const *environment;
	char **arguments;
	va_list list;

	va_start(list, first);
	arguments = alloca(exec_count_arguments(first, &list) * sizeof(char *));
	va_end(list);
	va_start(list, first);
	exec_collect_arguments(arguments, first, &list);
	environment = va_arg(list, char *const *);
	va_end(list);
	return hook_execve(path, arguments, environment);
}

HOOK_EXPORT int execlp(const char *file, const char *first, ...)
{
	char **arguments;
	va_list list;

	va_start(list, first);
	arguments = alloca(exec_count_arguments(first, &list) * sizeof(char *));
	va_end(list);
	va_start(list, first);
	exec_collect_arguments(arguments, first, &list);
	va_end(list);
	return hook_execvpe(file, arguments, environ);
}
