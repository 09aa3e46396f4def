/*
 * What the recorder_*.c files share, and nobody else: the recorder's state and the few steps that
 * more than one of them takes. Same conditions as recorder.h.
 */
#ifndef SOCKLIFE_RECORDER_STATE_H
#define SOCKLIFE_RECORDER_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <socklife/trace_format.h>

#include "recorder.h"

enum recorder_phase {
	RECORDER_OFF, /* before recorder_start(), or given up */
	RECORDER_UNBORN,
	RECORDER_BEING_BORN, /* one thread creates the file, others wait a little */
	RECORDER_READY
};

#define RECORDER_LINE_BYTES 64

/*
 * A page with MADV_WIPEONFORK (madvise(2)): reads 0 in a forked child, and keeps its values in a
 * vfork child, which shares our memory.
 */
struct recorder_life {
	uint32_t is_same_process;
	uint32_t is_ready; /* atomic: the phase is RECORDER_READY as well */
};

struct recorder {
	/* what traffic looks at */
	struct recorder_life *life;
	uint64_t forked_ns;      /* atomic: when the last fork was begun, 0 never */
	uint32_t epoch;          /* atomic: moves whenever an object comes or goes */
	bool has_companion;      /* atomic: a process that shares our memory may run beside us */
	bool is_forking;         /* atomic: it has not returned yet; in the child, it never does */
	bool had_threads;        /* atomic */
	bool parent_had_threads; /* when it forked this process */
	uint32_t phase;          /* atomic */
	uint32_t pid;
	uint32_t forked_from; /* pid, 0 when this image came by exec */
	uint32_t forks;
	uint64_t started_ns, started_realtime_ns;
	/* what births change, on a line of its own; all atomic */
	_Alignas(RECORDER_LINE_BYTES) uint32_t last_socket_id;
	uint32_t last_object_id, last_code_id, last_snapshot_id;
	uint32_t open_count; /* records without an end */
};

extern struct recorder recorder;

/* True when records can be written; notices a fork first. */
bool recorder_is_ready(void);

/* The same, but creates the trace file if it is not there yet. */
bool recorder_be_born(void);

/* The thread's id, asked of the kernel once a thread. */
uint32_t recorder_tid(void);

/* Fills capture by runtimes and unwinder and interns the stack; its id, 0 none. */
uint32_t recorder_capture(struct recorder_capture *capture, enum recorder_moment moment,
			  uint32_t socket, int fd);

/* Fills capture by runtimes only: no native stack, nothing written. */
void recorder_ask_runtimes(struct recorder_capture *capture, enum recorder_moment moment,
			   uint32_t socket, int fd);

/* Writes a link for each object that a capture has found. */
void recorder_link_captured(const struct recorder_capture *capture, uint32_t socket,
			    enum trace_link_kind what);

/* The socket that fd names here, NULL when none is recorded; notices a fork first. */
struct trace_socket *recorder_known(int fd);

/* Repeats in a new record what the kernel says of a socket whose birth was not seen. */
struct trace_socket *recorder_adopt(int fd, enum trace_origin origin);

/*
 * fd names a socket that another number of this process names already, by its cookie: from now on
 * both do. False when it is not so.
 */
bool recorder_join(int fd);

/* After a fork: gives every inherited descriptor a record in the child's own file. */
void recorder_repeat_sockets(void);

/* What other threads of the parent were about to record when it forked. */
void recorder_adopt_inherited(void);

/* Only connections count: libc's own sockets (syslog, netlink) are of other types. */
bool recorder_is_unseen_stream(int fd);

/* Sockets inherited as stdio get their records when the trace is born. */
void recorder_adopt_unborn(void);

/* The ledger against the kernel: false when fd names no recorded socket, or no longer its own. */
bool recorder_look_again(int fd);

/* TCP_INFO of a connected TCP socket, into its record; false when it is none. */
bool recorder_look_at_tcp(struct trace_socket *socket, int fd);
/* The same, and SO_ERROR: for the last look. */
void recorder_read_tcp(struct trace_socket *socket, int fd);
/* The last descriptor is about to be closed: what the kernel still knows. */
void recorder_tcp_closing(struct trace_socket *socket, int fd);
void recorder_tcp_shutting_down(struct trace_socket *socket, int fd);

void recorder_event(const struct trace_socket *socket, enum trace_event_kind what, int fd,
		    int value);

void recorder_end(struct trace_socket *socket, enum trace_end end);

/* Named by `fd` too: as 0, 1 or 2 it is what stdin, stdout or stderr of stdio work on. */
static inline void recorder_numbered(struct trace_socket *socket, int fd)
{
	if (fd <= STDERR_FILENO)
		__atomic_fetch_or(&socket->flags, TRACE_SOCKET_STREAM, __ATOMIC_RELAXED);
}

/* A record was committed: one socket more is open, which may be what a snapshot waits for. */
void recorder_count_open(void);

/*
 * A descriptor below `limit` names it too. Who walks all descriptors to tell of each socket once
 * lets the lowest tell: no list of what has been told is needed then.
 */
bool recorder_has_lower_fd(const struct trace_socket *socket, uint32_t limit);

/* The CONNECT record is decided: 0 or an errno value. Reads the local address when connected. */
void recorder_connect_finish(struct trace_socket *socket, int fd, int error);

/* A connection that exists already (accepted, inherited): a CONNECT record, decided at once. */
void recorder_connected(struct trace_socket *socket, int fd, const struct sockaddr *peer,
			socklen_t size);

/* Translates a socket address; bytes of path that follow the record are in *path. */
void recorder_address(struct trace_address *into, const struct sockaddr *address, socklen_t size,
		      const char **path);

/*
 * Fields that are "live" (trace_format.h) may be read and changed by several threads at once. What
 * one reads here may be over in the next moment; no order between two fields follows from it.
 */
#define RECORDER_LIVE(field)       __atomic_load_n(&(field), __ATOMIC_RELAXED)
#define RECORDER_SET(field, value) __atomic_store_n(&(field), (value), __ATOMIC_RELAXED)

/* Any of these flags. */
static inline bool recorder_has_flag(const struct trace_socket *socket, uint32_t flags)
{
	return (RECORDER_LIVE(socket->flags) & flags) != 0;
}

static inline bool recorder_is_stream(const struct trace_socket *socket)
{
	return socket->type == SOCK_STREAM || socket->type == SOCK_SEQPACKET;
}

#endif
