/*
 * The file under the sink: how it is named, created and given blocks. Pure system calls, no state.
 * Signal-safe; errors are returned as errno values, errno itself is not touched.
 */
#ifndef SOCKLIFE_SINK_FILE_H
#define SOCKLIFE_SINK_FILE_H

#include <limits.h>
#include <stdint.h>

struct sink_file {
	int fd;
	uint32_t sequence; /* N of PID.N.trace */
	char path[PATH_MAX + 48];
};

/* Fills path and sequence: DIRECTORY/PID.N.trace. */
void sink_file_name(struct sink_file *file, const char *directory, uint32_t pid, uint32_t sequence);

/* Creates the directory (0700) if need be and a new file (0600) in it. Returns 0 or an errno value.
 */
int sink_file_create(struct sink_file *file, const char *directory, uint32_t pid);

/* Moves *fd to a high number, where programs that count on low ones do not meet it. */
void sink_file_raise(int *fd);

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
