#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Signals that would end us while the program may want to live on, and the one that wakes what has
 * stopped: blocked, it still does (signal(7)).
 */
static const int forwarded[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGCONT};

/*
 * All are blocked and taken by sigwaitinfo(2), so no handler can be late or run in between. Blocked
 * signals stay pending even when ignored by disposition, SIGCHLD among them (signal(7)).
 */
static void signals_take(struct launch *launch)
{
	struct sigaction by_default = {.sa_handler = SIG_DFL};
	sigset_t taken;

	sigemptyset(&taken);
	sigaddset(&taken, SIGCHLD);
	for (size_t i = 0; i < sizeof forwarded / sizeof forwarded[0]; i++)
		sigaddset(&taken, forwarded[i]);
	sigprocmask(SIG_BLOCK, &taken, &launch->mask_before);
	/* ignored SIGCHLD, inherited from some init, would throw the exit status away: wait(2) */
	sigaction(SIGCHLD, &by_default, &launch->child_signal_before);
}

static void variables_set(const struct launch_variable *variables)
{
	for (; variables->name != NULL; variables++) {
		if (variables->value != NULL && setenv(variables->name, variables->value, 1) != 0)
			_exit(126);
	}
}

static void child_exec(const struct launch *launch, int error_fd, char *const *program,
		       const struct launch_variable *variables)
{
	int error;

	sigaction(SIGCHLD, &launch->child_signal_before, NULL);
	sigprocmask(SIG_SETMASK, &launch->mask_before, NULL);
	variables_set(variables);
	execvp(program[0], program);
	error = errno;
	if (write(error_fd, &error, sizeof error) != sizeof error)
		_exit(126);
	_exit(error == ENOENT ? 127 : 126);
}

int launch_start(struct launch *launch, char *const *program,
		 const struct launch_variable *variables)
{
	int pipe_fds[2], failure;

	if (pipe2(pipe_fds, O_CLOEXEC) != 0)
		return errno;
	signals_take(launch);
	launch->child = fork();
	if (launch->child == 0)
		child_exec(launch, pipe_fds[1], program, variables);
	failure = launch->child < 0 ? errno : 0;
	close(pipe_fds[1]);
	launch->exec_error_fd = pipe_fds[0];
	if (failure != 0)
		close(pipe_fds[0]);
	return failure;
}

int launch_exec_error(struct launch *launch)
{
	int error = 0;
	ssize_t size;

	do {
		size = read(launch->exec_error_fd, &error, sizeof error);
	} while (size < 0 && errno == EINTR);
	close(launch->exec_error_fd);
	if (size != sizeof error)
		return 0;
	waitpid(launch->child, NULL, 0);
	return error;
}

static bool is_from_process(const siginfo_t *info)
{
	return info->si_code == SI_USER || info->si_code == SI_QUEUE || info->si_code == SI_TKILL;
}

/*
 * A program that stops itself, as some do on their own Ctrl-Z key, stops us as well: else the shell
 * waits for a job that does nothing. SIGSTOP is left out: who sends it to the program alone also
 * wakes it alone, and we would sleep on.
 */
static void stop_alike(int wait_status)
{
	int signal_number = WSTOPSIG(wait_status);

	if (signal_number == SIGTSTP || signal_number == SIGTTIN || signal_number == SIGTTOU)
		raise(signal_number);
}

int launch_wait(struct launch *launch)
{
	sigset_t taken;
	int wait_status;

	sigemptyset(&taken);
	sigaddset(&taken, SIGCHLD);
	for (size_t i = 0; i < sizeof forwarded / sizeof forwarded[0]; i++)
		sigaddset(&taken, forwarded[i]);
	for (;;) {
		siginfo_t info;
		pid_t ended = waitpid(launch->child, &wait_status, WNOHANG | WUNTRACED);

		if (ended == launch->child && !WIFSTOPPED(wait_status))
			return wait_status;
		if (ended == launch->child)
			stop_alike(wait_status);
		if (ended < 0 && errno != EINTR)
			return 126 << 8; /* somebody else's wait: cannot be told any more */
		if (sigwaitinfo(&taken, &info) > 0 && info.si_signo != SIGCHLD &&
		    is_from_process(&info))
			kill(launch->child, info.si_signo);
	}
}

int launch_end_alike(int wait_status)
{
	struct rlimit no_core = {0, 0};
	sigset_t mask;
	int signal_number;

	if (!WIFSIGNALED(wait_status))
		return WEXITSTATUS(wait_status);
	signal_number = WTERMSIG(wait_status);
	setrlimit(RLIMIT_CORE, &no_core);
	/* core(5): the limit does not hold when cores are piped to a program */
	prctl(PR_SET_DUMPABLE, 0);
	signal(signal_number, SIG_DFL);
	sigemptyset(&mask);
	sigaddset(&mask, signal_number);
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
	raise(signal_number);
	return 128 + signal_number; /* as a shell says it, had we survived */
}
