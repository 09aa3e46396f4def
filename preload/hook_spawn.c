/* Programs started beside this one. What libc does in the child reaches no hook. */
#include "hook.h"

#include <alloca.h>
#include <paths.h>
#include <pthread.h>

#include "environment.h"
#include "real.h"

static void hook_spawned(pid_t pid, const struct recorder_program *program)
{
	struct hook_scope scope = hook_enter();

	recorder_program_starts(program, (uint32_t)pid);
	if (!hook_is_silent())
		recorder_child((uint32_t)pid, TRACE_CHILD_SPAWN, program->name);
	hook_leave(scope);
}

HOOK_EXPORT int posix_spawn(pid_t *restrict pid, const char *restrict path,
			    const posix_spawn_file_actions_t *restrict actions,
			    const posix_spawnattr_t *restrict attributes,
			    char *const arguments[restrict], char *const environment[restrict])
{
	size_t size = environment_extended_size(environment);
	char *const *extended = environment_extend(environment, alloca(size), size);
	pid_t unwanted = 0;
	pid_t *child = pid != NULL ? pid : &unwanted;
	int error = REAL(posix_spawn)(child, path, actions, attributes, arguments, extended);

	if (error == 0)
		hook_spawned(*child,
			     &(struct recorder_program){path, -1, arguments, false, size != 0});
	return error;
}

HOOK_EXPORT int posix_spawnp(pid_t *restrict pid, const char *restrict file,
			     const posix_spawn_file_actions_t *restrict actions,
			     const posix_spawnattr_t *restrict attributes,
			     char *const arguments[restrict], char *const environment[restrict])
{
	size_t size = environment_extended_size(environment);
	char *const *extended = environment_extend(environment, alloca(size), size);
	pid_t unwanted = 0;
	pid_t *child = pid != NULL ? pid : &unwanted;
	int error = REAL(posix_spawnp)(child, file, actions, attributes, arguments, extended);

	if (error == 0)
		hook_spawned(*child,
			     &(struct recorder_program){file, -1, arguments, true, size != 0});
	return error;
}

/* ---- the shell ---- */

/* Its pid is not known here. Without what environment_lend() lends it is not followed. */
static void hook_shell_started(bool is_lent)
{
	struct hook_scope scope;

	if (hook_is_silent())
		return;
	scope = hook_enter();
	recorder_child(0, TRACE_CHILD_SPAWN, _PATH_BSHELL);
	if (!is_lent && environment_is_followed())
		recorder_note("a shell of system() or popen() could not be recorded: its "
			      "environment could not be extended by LD_PRELOAD",
			      true);
	hook_leave(scope);
}

static void hook_take_back(void *entries)
{
	environment_take_back(entries);
}

/* A cancelled thread leaves system() by unwinding (it waits for the shell): the environment must
 * come back then, too. */
HOOK_EXPORT int system(const char *command)
{
	char **entries;
	int result;

	if (command == NULL)
		return REAL(system)(command);
	entries = environment_lend();
	pthread_cleanup_push(hook_take_back, entries);
	hook_shell_started(entries != NULL);
	result = REAL(system)(command);
	pthread_cleanup_pop(1);
	return result;
}

HOOK_EXPORT FILE *popen(const char *command, const char *mode)
{
	char **entries = environment_lend();
	FILE *stream = REAL(popen)(command, mode);

	environment_take_back(entries);
	if (stream != NULL)
		hook_shell_started(entries != NULL);
	return stream;
}
HOOK_ALIAS(_IO_popen, popen);
