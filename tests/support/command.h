/*
 * A child process whose output is kept: started, watched for a line it prints, waited for. The wait
 * ends when every process that holds its stdout and stderr is gone, so children it leaves behind
 * have ended too. A command that outlives the deadline is killed and fails the test; one whose test
 * dies is killed by the kernel (PR_SET_PDEATHSIG). One thread.
 */
#ifndef SOCKLIFE_TESTS_COMMAND_H
#define SOCKLIFE_TESTS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define COMMAND_DEADLINE_S 120

/* NULL-terminated argument lists and environments as compound literals. */
#define COMMAND_LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

struct command_options {
	const char *directory;          /* where it runs; NULL: here */
	const char *const *environment; /* NAME=VALUE to set, NAME to unset; NULL-terminated */
	const char *input;              /* file for stdin; NULL: /dev/null */
	unsigned long file_size_limit;  /* RLIMIT_FSIZE in bytes; 0: as it is */
	unsigned int user;              /* uid and gid to run as; 0: as we are */
	int death_signal;               /* sent to it when the test dies; 0: SIGKILL */
};

struct command {
	pid_t pid;
	char *out, *err; /* NUL-terminated */
	size_t out_size_bytes, err_size_bytes;
	int status;        /* exit status; -1 when a signal ended it */
	int signal_number; /* 0 none */

	int out_fd, err_fd; /* -1 at end of file */
	bool is_running;
};

/* options may be NULL. Aborts the test when argv[0] cannot be started. */
void command_start(struct command *command, const char *const argv[],
		   const struct command_options *options);
/* Reads until stdout holds `text`; fails the test when it ends without. */
void command_await(struct command *command, const char *text);
/* Reads everything and reaps. */
void command_finish(struct command *command);
void command_run(struct command *command, const char *const argv[],
		 const struct command_options *options);
/* Stops it by `signal_number` and reaps. Harmless when it has ended. */
void command_stop(struct command *command, int signal_number);
/* Its stderr is one line of socklife's. */
void command_expect_one_line(const struct command *command);
void command_release(struct command *command);
/* Kills whatever a test has left running. */
void command_kill_all(void);

#endif
