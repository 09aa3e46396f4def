/*
 * Starts the program, waits for it as if we were not there, and ends as it ended. It keeps our
 * process group, terminal, descriptors, signal mask and dispositions. Owns the signals of this
 * process from launch_start() on; one thread.
 */
#ifndef SOCKLIFE_LAUNCH_H
#define SOCKLIFE_LAUNCH_H

#include <signal.h>
#include <sys/types.h>

struct launch {
	pid_t child;
	sigset_t mask_before;
	struct sigaction child_signal_before; /* what SIGCHLD did */
	int exec_error_fd; /* closes when exec has worked, else tells its errno */
};

/* One variable that only the child gets; a NULL value leaves it as it is. */
struct launch_variable {
	const char *name, *value;
};

/*
 * Forks; the child sets the variables (ended by a NULL name) and calls execvp. Returns 0 or the
 * errno of a fork or pipe that failed.
 */
int launch_start(struct launch *launch, char *const *program,
		 const struct launch_variable *variables);

/* Waits until exec has replaced the child: 0, or exec's errno, and then the child is reaped. */
int launch_exec_error(struct launch *launch);

/*
 * Waits for its end and passes on what others send us meanwhile. What the terminal sends to the
 * whole process group (Ctrl-C) has reached the program already. Stops when the program stops by
 * SIGTSTP, SIGTTIN or SIGTTOU. Returns waitpid(2)'s status.
 */
int launch_wait(struct launch *launch);

/* Ends by the same signal, without a core dump of our own, or returns the exit status to end with.
 */
int launch_end_alike(int wait_status);

#endif
