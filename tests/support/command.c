#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

/* Pids, not commands: those live on the stack of a test that may have been aborted. */
static pid_t running[64];

static void running_replace(pid_t old_pid, pid_t new_pid)
{
	size_t index = 0;

	while (index < sizeof(running) / sizeof(running[0]) && running[index] != old_pid)
		index++;
	cr_assert_lt(index, sizeof(running) / sizeof(running[0]), "too many commands");
	running[index] = new_pid;
}

static void environment_set(const char *const *environment)
{
	for (; environment != NULL && *environment != NULL; environment++)
		if (strchr(*environment, '=') != NULL)
			putenv((char *)(uintptr_t)*environment);
		else
			unsetenv(*environment);
}

static void child_limit(const struct command_options *options)
{
	struct rlimit limit = {options->file_size_limit, options->file_size_limit};

	if (options->file_size_limit != 0)
		setrlimit(RLIMIT_FSIZE, &limit);
	/* Before PR_SET_PDEATHSIG, which a change of credentials takes back (prctl(2)). */
	if (options->user != 0 &&
	    (setgroups(0, NULL) != 0 || setgid(options->user) != 0 || setuid(options->user) != 0))
		_exit(126);
	prctl(PR_SET_PDEATHSIG, options->death_signal != 0 ? options->death_signal : SIGKILL);
}

/* Whoever started the tests may have had signals ignored (a shell's job in the background, SIGINT).
 */
static void child_reset_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void child_become(const char *const argv[], const struct command_options *options,
			 int out_fd, int err_fd)
{
	int in_fd = open(options->input != NULL ? options->input : "/dev/null", O_RDONLY);

	/* A group of its own, so that whatever it leaves behind can be killed with it. */
	setpgid(0, 0);
	child_reset_signals();
	dup2(in_fd, STDIN_FILENO);
	dup2(out_fd, STDOUT_FILENO);
	dup2(err_fd, STDERR_FILENO);
	/* Bare or recorded, the subject must find the same free descriptors. */
	close_range(3, ~0U, 0);
	if (options->directory != NULL && chdir(options->directory) != 0)
		_exit(126);
	child_limit(options);
	environment_set(options->environment);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
	_exit(126);
}

void command_start(struct command *command, const char *const argv[],
		   const struct command_options *options)
{
	static const struct command_options none;
	int out[2], err[2];

	memset(command, 0, sizeof(*command));
	cr_assert_eq(pipe2(out, O_CLOEXEC), 0);
	cr_assert_eq(pipe2(err, O_CLOEXEC), 0);
	command->out = calloc(1, 1);
	command->err = calloc(1, 1);
	command->out_fd = out[0];
	command->err_fd = err[0];
	command->pid = fork();
	cr_assert_geq(command->pid, 0, "fork: %s", strerror(errno));
	if (command->pid == 0)
		child_become(argv, options != NULL ? options : &none, out[1], err[1]);
	/* In both processes, so that it holds whoever runs first. */
	setpgid(command->pid, command->pid);
	close(out[1]);
	close(err[1]);
	command->is_running = true;
	running_replace(0, command->pid);
}

static void stream_read(int *fd, char **bytes, size_t *size_bytes)
{
	char piece[65536];
	ssize_t got = read(*fd, piece, sizeof(piece));

	if (got <= 0) {
		close(*fd);
		*fd = -1;
		return;
	}
	*bytes = realloc(*bytes, *size_bytes + (size_t)got + 1);
	cr_assert_not_null(*bytes, "out of memory");
	memcpy(*bytes + *size_bytes, piece, (size_t)got);
	*size_bytes += (size_t)got;
	(*bytes)[*size_bytes] = '\0';
}

static int milliseconds_left(time_t deadline)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec >= deadline ? 0 : (int)(deadline - now.tv_sec) * 1000;
}

static time_t deadline_new(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + COMMAND_DEADLINE_S;
}

/* Reads what there is; false when both streams are at their end. */
static bool command_read(struct command *command, time_t deadline)
{
	struct pollfd ready[2] = {{command->out_fd, POLLIN, 0}, {command->err_fd, POLLIN, 0}};
	int left = milliseconds_left(deadline);

	if (command->out_fd < 0 && command->err_fd < 0)
		return false;
	if (left == 0 || poll(ready, 2, left) <= 0) {
		kill(-command->pid, SIGKILL);
		cr_assert_fail("a command did not end in %d s; stdout: %s stderr: %s",
			       COMMAND_DEADLINE_S, command->out, command->err);
	}
	if (ready[0].revents != 0)
		stream_read(&command->out_fd, &command->out, &command->out_size_bytes);
	if (ready[1].revents != 0)
		stream_read(&command->err_fd, &command->err, &command->err_size_bytes);
	return true;
}

void command_await(struct command *command, const char *text)
{
	time_t deadline = deadline_new();

	while (strstr(command->out, text) == NULL)
		cr_assert(command_read(command, deadline), "ended without \"%s\": %s%s", text,
			  command->out, command->err);
}

static void command_reap(struct command *command)
{
	int status = 0;

	while (waitpid(command->pid, &status, 0) < 0 && errno == EINTR)
		;
	running_replace(command->pid, 0);
	command->is_running = false;
	command->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	command->signal_number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

void command_finish(struct command *command)
{
	time_t deadline = deadline_new();

	while (command_read(command, deadline))
		;
	command_reap(command);
}

void command_run(struct command *command, const char *const argv[],
		 const struct command_options *options)
{
	command_start(command, argv, options);
	command_finish(command);
}

void command_stop(struct command *command, int signal_number)
{
	if (!command->is_running)
		return;
	kill(command->pid, signal_number);
	command_finish(command);
}

void command_expect_one_line(const struct command *command)
{
	const char *end = strchr(command->err, '\n');

	cr_expect(end != NULL && end[1] == '\0', "not one line: \"%s\"", command->err);
	cr_expect_eq(strncmp(command->err, "socklife: ", 10), 0, "%s", command->err);
}

void command_release(struct command *command)
{
	if (command->is_running) {
		kill(-command->pid, SIGKILL);
		command_reap(command);
	}
	if (command->out_fd >= 0)
		close(command->out_fd);
	if (command->err_fd >= 0)
		close(command->err_fd);
	free(command->out);
	free(command->err);
	memset(command, 0, sizeof(*command));
	command->out_fd = command->err_fd = -1;
}

void command_kill_all(void)
{
	size_t index;

	for (index = 0; index < sizeof(running) / sizeof(running[0]); index++)
		if (running[index] != 0) {
			kill(-running[index], SIGKILL);
			waitpid(running[index], NULL, 0);
			running[index] = 0;
		}
}
