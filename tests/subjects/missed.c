/* Starts a program, named by the second argument, in the way that the first one names. */
#include "facts.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

static char *target;
static char *target_arguments[4];

static void child_await(pid_t child)
{
	int status;

	MUST(child > 0);
	fact("child", child);
	MUST(waitpid(child, &status, 0) == child);
	MUST(WIFEXITED(status));
	fact("status", WEXITSTATUS(status));
}

static void by_spawn(void)
{
	pid_t child;

	MUST(posix_spawn(&child, target, NULL, NULL, target_arguments, environ) == 0);
	child_await(child);
}

/* In PATH, without a slash. */
static void by_name(void)
{
	char *name = strrchr(target, '/');
	pid_t child;

	*name = '\0';
	MUST(setenv("PATH", target, 1) == 0);
	MUST(posix_spawnp(&child, name + 1, NULL, NULL, target_arguments, environ) == 0);
	child_await(child);
}

static void by_vfork(void)
{
	pid_t child = vfork();

	if (child == 0) {
		execv(target, target_arguments);
		_exit(99);
	}
	child_await(child);
}

/* A connection before: the file of this process is there already. */
static void by_fork(void)
{
	int listener = listener_open(), client = client_open(port_of(listener));
	pid_t child = fork();

	if (child == 0) {
		execv(target, target_arguments);
		_exit(99);
	}
	child_await(child);
	bytes_send(client, 7);
	MUST(close(client) == 0);
	MUST(close(listener) == 0);
}

static void by_exec(void)
{
	execv(target, target_arguments);
	facts_die(__LINE__, "exec");
}

static void by_descriptor(void)
{
	int fd = open(target, O_RDONLY | O_CLOEXEC);

	MUST(fd >= 0);
	fexecve(fd, target_arguments, environ);
	facts_die(__LINE__, "exec");
}

static void by_shell(void)
{
	char command[4200];

	snprintf(command, sizeof(command), "%s; exit $?", target);
	fact("status", WEXITSTATUS(system(command)));
}

static void by_pipe(void)
{
	char command[4200], line[64];
	FILE *stream;

	snprintf(command, sizeof(command), "%s; exit $?", target);
	stream = popen(command, "r");
	MUST(stream != NULL);
	while (fgets(line, sizeof(line), stream) != NULL)
		fputs(line, stdout);
	fact("status", WEXITSTATUS(pclose(stream)));
}

/* A file that is open for writing cannot be run (execve(2)). */
static void in_vain(void)
{
	int fd = open(target, O_WRONLY);

	MUST(fd >= 0);
	MUST(execv(target, target_arguments) == -1 && errno == ETXTBSY);
	MUST(close(fd) == 0);
}

/* Of a child that is given no environment at all. */
static void without_environment(void)
{
	char port[16];
	char *arguments[] = {target, (char *)(uintptr_t) "connect", port, NULL};
	char *none[] = {NULL};
	int listener = listener_open();
	pid_t child = vfork();

	if (child == 0) {
		snprintf(port, sizeof(port), "%d", port_of(listener));
		execve(target, arguments, none);
		_exit(99);
	}
	child_await(child);
}

/* With more of it than the library's own entries find room beside. */
static void with_much_environment(void)
{
	static char *much[20000];
	pid_t child;

	for (size_t i = 0; i + 1 < sizeof(much) / sizeof(*much); i++)
		much[i] = (char *)(uintptr_t) "A=";
	MUST(posix_spawn(&child, target, NULL, NULL, target_arguments, much) == 0);
	child_await(child);
}

int main(int argc, char *argv[])
{
	static const struct scenario scenarios[] = {
		{"spawn", by_spawn},
		{"name", by_name},
		{"vfork", by_vfork},
		{"fork", by_fork},
		{"exec", by_exec},
		{"descriptor", by_descriptor},
		{"shell", by_shell},
		{"pipe", by_pipe},
		{"in-vain", in_vain},
		{"without-environment", without_environment},
		{"much-environment", with_much_environment},
	};

	MUST(argc > 2);
	target = argv[2];
	target_arguments[0] = target;
	target_arguments[1] = argc > 3 ? argv[3] : NULL;
	return scenario_run(scenarios, sizeof(scenarios) / sizeof(scenarios[0]), argv[1]);
}
