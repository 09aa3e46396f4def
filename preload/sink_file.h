/*
 * The file under the sink: how it is named, created and given blocks. Pure system calls, no state.
 * Signal-safe; errors are returned as errno values, errno itself is not touched.
 */
#ifndef SOCKLIFE_SINK_FILE_H
#define SOCKLIFE_SINK_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

struct sink_file {
	int fd;
	uint32_t sequence;      /* N of PID.N.trace */
	uint64_t device, inode; /* of the file, when the descriptor was closed */
	char path[PATH_MAX + 48];
};

/* Fills path and sequence: DIRECTORY/PID.N.trace. */
void sink_file_name(struct sink_file *file, const char *directory, uint32_t pid, uint32_t sequence);

/* Creates the directory (0700) if need be and a new file (0600) in it. Returns 0 or an errno value.
 */
int sink_file_create(struct sink_file *file, const char *directory, uint32_t pid);

/*
 * Makes room for one descriptor that the program cannot have, by a limit (RLIMIT_NOFILE) that is
 * higher by one for a moment; then what the program gets and when it is refused are as without us.
 * False when there must be none: with other threads, with a high limit, or without the right to.
 * After true, sink_file_drop() gives the limit back; no signal handler may run between the two.
 */
bool sink_file_lift(struct rlimit *limit);
void sink_file_drop(const struct rlimit *limit);

/* Moves *fd to a high number, where programs that count on low ones do not meet it. */
void sink_file_raise(int *fd, bool is_lifted);

/* fd is higher than the program may have one. */
bool sink_file_is_beyond(int fd);

/* Closes the descriptor, and opens the same file again; 0 or an errno value, ESTALE: another. */
void sink_file_close(struct sink_file *file);
int sink_file_reopen(struct sink_file *file);

/* Where a program that comes near to fd would not meet it; no more than fd: there is no such. */
long sink_file_above(int fd);

/* Gives blocks to bytes [from, to) of the file. Returns 0 or an errno value; never raises SIGXFSZ.
 */
int sink_file_extend(int fd, uint64_t from, uint64_t to);

/*
 * Brings bytes [from, to), which have blocks and are zeros, into the page cache by writing zeros
 * over them. On a disk's filesystem that costs a third of what the first touches of a mapping do,
 * each of which is a transaction of its own; a filesystem in memory has done it with the blocks.
 * Returns 0 or an errno value.
 */
int sink_file_warm(int fd, uint64_t from, uint64_t to);

#endif
