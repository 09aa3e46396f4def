/*
 * Programs that take this one's place. Everything stands on the caller's stack: exec is called in
 * signal handlers and in vfork children.
 */
#include "hook.h"

#include <alloca.h>
#include <stdarg.h>

#include "environment.h"
#include "real.h"

struct trace_exec *hook_executing(const char *path)
{
	struct trace_exec *exec;
	struct hook_scope scope;

	if (hook_is_silent())
		return NULL;
	scope = hook_enter();
	exec = recorder_exec(path != NULL ? path : "");
	hook_leave(scope);
	return exec;
}

void hook_exec_returned(struct trace_exec *exec)
{
	struct hook_scope scope;

	if (exec == NULL)
		return;
	scope = hook_enter();
	recorder_exec_failed(exec, scope.error);
	hook_leave(scope);
}

static int hook_execve(const char *path, char *const arguments[], char *const environment[])
{
	size_t size = environment_extended_size(environment);
	char *const *extended = environment_extend(environment, alloca(size), size);
	struct trace_exec *exec = hook_executing(path);
	int result = REAL(execve)(path, arguments, extended);

	hook_exec_returned(exec);
	return result;
}

/* execvp() is execvpe() with the program's own environment (posix/execvp.c). */
static int hook_execvpe(const char *file, char *const arguments[], char *const environment[])
{
	size_t size = environment_extended_size(environment);
	char *const *extended = environment_extend(environment, alloca(size), size);
	struct trace_exec *exec = hook_executing(file);
	int result = REAL(execvpe)(file, arguments, extended);

	hook_exec_returned(exec);
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
	struct trace_exec *exec = hook_executing(NULL);
	int result = REAL(fexecve)(fd, arguments, extended);

	hook_exec_returned(exec);
	return result;
}

HOOK_EXPORT int execveat(int directory, const char *path, char *const arguments[],
			 char *const environment[], int flags)
{
	size_t size = environment_extended_size(environment);
	char *const *extended = environment_extend(environment, alloca(size), size);
	struct trace_exec *exec = hook_executing(path);
	int result = REAL(execveat)(directory, path, arguments, extended, flags);

	hook_exec_returned(exec);
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
