/*
 * Independent witnesses of what a command did: strace -f -yy, and /proc. strace names a connected
 * TCP socket by both its addresses, which no other connection has at that time: that is the key by
 * which a witnessed connection is found in a report.
 */
#ifndef SOCKLIFE_TESTS_WITNESS_H
#define SOCKLIFE_TESTS_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <jansson.h>

struct witness_connection {
	char local[128], peer[128]; /* as a report writes them; of a UNIX socket its inode */
	bool is_unix;
	int fd; /* the first number it was seen under */
	long long bytes_sent, bytes_received, sends;
	bool has_other_fd; /* was seen under other numbers too */
};

struct witness {
	struct witness_connection *connections;
	size_t count;
	size_t streams_opened; /* socket() calls for TCP that succeeded */
	size_t calls;          /* of all kinds, finished */
};

/* The command words that put strace before a command; its output goes to files PREFIX.TID. */
const char *const *witness_prefix(const char *prefix);
/* Reads that output; aborts the test when there is none. */
void witness_load(struct witness *witness, const char *prefix);
void witness_release(struct witness *witness);

/* The only witnessed connection to this peer; aborts the test when there is none. */
const struct witness_connection *witness_peer(const struct witness *witness, const char *peer);

/* Copies an address of `length` bytes as it is compared: without the mapping of IPv4 into IPv6. */
void witness_address(char *to, size_t size_bytes, const char *from, size_t length);

/*
 * Asserts that report and witness name the same TCP connections with the same descriptors, byte
 * counts and numbers of sends, and the same number of TCP sockets opened.
 */
void witness_agrees(const struct witness *witness, const json_t *report);

/* The same for the UNIX sockets of a client: bytes of all of them together. */
void witness_agrees_unix(const struct witness *witness, const json_t *report, const char *peer);

/* How many of a process' descriptors are sockets now, by /proc; -1 when it is gone. */
int witness_open_sockets(pid_t pid);
/* The pids of the processes that have `pid` as their parent now. */
size_t witness_children(pid_t pid, pid_t *children, size_t size);

#endif
