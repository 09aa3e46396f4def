/*
 * The one door between hooks and the trace.
 *
 * Every function may be called from any thread and from a signal handler: no locks, no malloc, no
 * stdio. They may clobber errno (hooks save it) and expect the guard (guard.h) to be up. Without a
 * trace (switched off, no room, not yet born) they do nothing and return 0 or NULL.
 *
 * The trace file is born at the first call that has something to write: an opened socket or an
 * object. Before that every descriptor is unknown, so the hooks pass straight through.
 */
#ifndef SOCKLIFE_RECORDER_H
#define SOCKLIFE_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <socklife/trace_format.h>

#include "ledger.h"

/* ---- life of the recorder itself; called by init.c and the process hooks ---- */

/* Reads settings, remembers the start time and finds inherited sockets. Once, from the constructor.
 */
void recorder_start(void);

/*
 * A fork is about to be made: the next I/O of each socket is dated exactly, so that it lies before
 * or after the fork and not, by the coarse clock, at the same time. Any thread, signal-safe.
 */
void recorder_forking(void);

/* The same fork has returned in the parent: the child's pid, or negative when it failed. */
void recorder_fork_returned(int pid);

/* In a child just forked: leaves the parent's file alone, opens its own, lists inherited sockets.
 */
void recorder_forked(void);

/* Exit by exit(), _exit() or quick_exit(): snapshots open sockets, then commits the process's end.
 */
void recorder_exiting(int status);

/* abort(): looks at the open connections, and ends nothing. */
void recorder_aborting(void);

/* Before recorder_forked(): the parent, whose file is still mapped, has ended inside libc. */
void recorder_parent_exited(int status);

/*
 * True in a child that shares our memory (vfork(2)): then nothing may be recorded or claimed. A
 * load, and a getpid() only in a thread that has made such a child since it last asked.
 */
bool recorder_is_foreign_process(void);

/*
 * Such a child is about to be made. is_awaited: by the calling thread, whose thread-locals it has
 * and who sleeps until the child has ended or called exec, as with vfork().
 */
void recorder_shares_memory(bool is_awaited);

/* ---- sockets: births ---- */

/* A hook's view of a descriptor before the real call. Plain data on the caller's stack. */
struct recorder_claim {
	uint64_t slot;  /* what the fd table held; 0: not a socket of ours */
	uint32_t forks; /* recorder_forks() then: a handler may fork before the real call is done */
	int fd;
	bool is_last;      /* no other descriptor of this process names the socket */
	bool is_finalized; /* a finalizer, not the program's code, closes it */
};

void recorder_opened(int fd, int family, int type, int protocol);
void recorder_opened_pair(const int fds[2], int family, int type, int protocol);
/* address as accept() filled it, or NULL when the caller asked for none (getpeername is used then).
 */
void recorder_accepted(int listener_fd, int fd, const struct sockaddr *address, socklen_t size,
		       int flags);
/*
 * libc itself makes and ends sockets while it looks names up, through the modules that it loads for
 * that (nss(5)). What is born on this thread's stack below `frame`, until it is NULL again, is
 * marked as libc's own.
 */
void recorder_bracket(const void *frame);

void recorder_received(int fd); /* by SCM_RIGHTS; ignored unless fd is a socket */
void recorder_passed(int fd);   /* sent by SCM_RIGHTS */

/* ---- sockets: descriptors ---- */

/*
 * close(), fclose(), and the target of dup2(): claim before the real call, then tell how it went.
 * The claim takes the fd out of the table, reads TCP_INFO and the stack when it was the last one.
 * recorder_claim() returns false when fd names no recorded socket; then call nothing further.
 */
bool recorder_claim(int fd, struct recorder_claim *claim);
void recorder_claim_ended(const struct recorder_claim *claim, enum trace_end end);
void recorder_claim_returned(const struct recorder_claim *claim, int error); /* the call failed */

/*
 * Of a number that names no recorded socket: one did once, so that the next close() of it may be
 * the second one of that socket. One load. recorder_closed_again() tells that it was (EBADF),
 * recorder_forget() that the number named something else meanwhile.
 */
bool recorder_was_socket(int fd);
void recorder_closed_again(int fd, int error);
/* Any close() that failed with EBADF, before the above: many in a row are a loop over all numbers,
 * which closes nothing twice by mistake. */
void recorder_close_missed(int fd);
void recorder_forget(int fd);

void recorder_duplicated(int old_fd, int new_fd, bool is_cloexec);
void recorder_cloexec(int fd, bool is_cloexec);

/* fdopen(): what goes through the stream crosses no hook. */
void recorder_streamed(int fd);

/* Calls visit for each descriptor in [first, last] that names a recorded socket (close_range). */
void recorder_each_fd(unsigned int first, unsigned int last, void (*visit)(int fd, void *context),
		      void *context);

/* True for a descriptor of the recorder's own, which the program must find closed and never close.
 */
bool recorder_is_own_fd(int fd);
/* The lowest of them that is not below `first`, or -1: close_range() must go around it. */
int recorder_own_fd_from(unsigned int first);
/* The program is about to take this number (dup2): moves ours away. False when it could not. */
bool recorder_own_fd_yield(int fd);
/* The program has none left (EMFILE): gives it ours. True: worth another try. */
bool recorder_own_fd_give_up(void);

/* ---- sockets: connecting ---- */

/* Before the real connect: writes a CONNECT record under way. Its handle is for the next call only.
 */
struct trace_connect *recorder_connecting(int fd, const struct sockaddr *address, socklen_t size);
void recorder_connect_returned(int fd, struct trace_connect *connect, int result, int error);
/* getsockopt(SO_ERROR) gave `error`: decides a pending connect. */
void recorder_connect_decided(int fd, int error);

void recorder_bound(int fd, const struct sockaddr *address, socklen_t size);
void recorder_listening(int fd, int backlog);
void recorder_shutting_down(int fd, int how); /* just before */
void recorder_shut_down(int fd, int how);

/* ---- sockets: traffic; the hot path ---- */

/* recorder_socket() of a slot that is not empty. */
struct trace_socket *recorder_socket_in(uint64_t slot, int fd);

/* NULL for everything that is not a recorded socket. */
static inline struct trace_socket *recorder_socket(int fd)
{
	uint64_t slot = ledger_slot(fd);

	return __builtin_expect(slot == 0, 1) ? NULL : recorder_socket_in(slot, fd);
}

enum recorder_direction { RECORDER_SENT, RECORDER_RECEIVED };

/*
 * Counts bytes that an I/O call has moved, above 0, if there is nothing more to it than that. False
 * when there is, or may be: then nothing was counted, and recorder_transferred() is to be told.
 * Raises the guard itself and leaves errno alone; no system call.
 */
bool recorder_counted(struct trace_socket *socket, enum recorder_direction direction,
		      uint64_t bytes);

/*
 * An I/O call on `socket` returned `result` (bytes, or -1 with `error`). asked is false for a
 * receive of zero bytes asked, which must not count as end of file; peeks are not told at all.
 */
void recorder_transferred(struct trace_socket *socket, int fd, enum recorder_direction direction,
			  int64_t result, int error, bool asked);
/*
 * sendto/sendmsg with an address: a datagram's first destination, or TCP Fast Open's connect, of
 * which `error` tells (EINPROGRESS: it goes on behind the send).
 */
void recorder_addressed(struct trace_socket *socket, int fd, const struct sockaddr *address,
			socklen_t size, int error);

/* ---- the process ---- */

void recorder_child(uint32_t pid, enum trace_child_kind what,
		    const char *path); /* path may be NULL */
/* Before exec: snapshots sockets and writes EXEC. When exec returns, tell its errno. */
struct trace_exec *recorder_exec(const char *path);
/* The process has waited for a child that exited or was killed; status as wait(2) tells it. */
void recorder_child_ended(uint32_t pid, int status);
void recorder_exec_failed(struct trace_exec *exec, int error);
/*
 * A program takes this process's place (pid 0), or has been started as process `pid`. When it
 * cannot be recorded, a trace file in its name says so, or it is counted as one of which there is
 * none; recorder_program_failed() takes that back when exec returns. Also before the trace is born,
 * and in a vfork child.
 */
struct recorder_program {
	const char *name; /* NULL: it is what `fd` names */
	int fd;           /* of the file; -1: not known */
	char *const *arguments;
	bool is_searched; /* a name without a slash is looked for in PATH, as execvp(3) does */
	bool is_extended; /* its environment names this library */
};
struct recorder_missed {
	uint32_t pid, sequence; /* of the file; 0: there is none */
	/* no file could be written, so it was counted: in our own file, or on run's board */
	bool is_counted_here, is_on_board;
};
struct recorder_missed recorder_program_starts(const struct recorder_program *program,
					       uint32_t pid);
void recorder_program_failed(const struct recorder_missed *made);
void recorder_modules_changed(void); /* after dlopen and dlclose */
void recorder_named(const char *name, const struct sockaddr *address, socklen_t size,
		    uint64_t started_ns);
/* True for a return address inside the unwinder that the recorder calls. */
bool recorder_is_unwinder(const void *address);
/* Remark about coverage. Each distinct pointer is written at most once per process (literals only).
 */
void recorder_note(const char *text, bool is_gap);
/* One pointer, for the hook and the look at what is open at the end. */
extern const char recorder_note_ring[];

/* ---- snapshots ---- */

/* Marks this moment: a HELD record for each open socket. Also before the first socket. */
void recorder_snapshot(enum trace_snapshot_reason reason, int value);
/* socket() or accept() failed with EMFILE or ENFILE. */
void recorder_out_of_descriptors(int error);

/* ---- marks: the program says where it is (track.h) ---- */

/* `pid` is the process that the mark speaks for. Its time, 0 when it could not be written. */
uint64_t recorder_mark(enum trace_mark_kind what, const char *name, size_t size_bytes,
		       uint32_t pid);
/* How many connections and listening sockets were born since `since_ns` and are open here. */
uint32_t recorder_open_since(uint64_t since_ns);

/* ---- objects: used by python_*.c and handle_*.c ---- */

uint32_t recorder_string(const char *bytes,
			 size_t size_bytes); /* interned, 0 when there is no room */
uint32_t recorder_code(uint32_t file, uint32_t function,
		       uint32_t line); /* caller interns by code object */

struct recorder_object {
	uint32_t class_name; /* from recorder_string() */
	uint32_t number;
	uint32_t parent;  /* 0, for TRACE_RUNTIME_C: what the runtimes say at RECORDER_BIRTH */
	uint64_t address; /* 0: recorder_object_placed() will tell */
	enum trace_role role;
	enum trace_runtime runtime;
	uint32_t flags;
};
/*
 * Writes OBJECT with the present stack; returns a handle for the functions below and for captures
 * (not the record's id), 0 when there is no room. Handles die with a fork: see recorder_forks().
 */
uint32_t recorder_object_created(const struct recorder_object *object);
void recorder_object_placed(uint32_t object, uint64_t address);
void recorder_object_constructed(uint32_t object);
void recorder_object_ended(uint32_t object, enum trace_object_end end);
/* Its finalizer has let it live on, and its end will not be seen. */
void recorder_object_revived(uint32_t object);
/* A call on an object that another thread is in a call on: when, by whom, and its STACK id. */
struct recorder_overlap {
	uint64_t time_ns;
	uint32_t tid, stack;
};
/* Of the call that begins now. */
void recorder_overlap_see(struct recorder_overlap *overlap);
/* Writes OVERLAP; other_tid: who was in a call before. */
void recorder_object_overlapped(uint32_t object, const struct recorder_overlap *overlap,
				uint32_t other_tid);
void recorder_link(uint32_t socket, uint32_t object, enum trace_link_kind what,
		   enum trace_match match, uint32_t rank);
uint32_t recorder_socket_id(int fd); /* 0: not recorded */

/*
 * How many forks lie between this process and its last exec. When it has changed, every handle,
 * string and code id that was got before is void here: the file is another one.
 */
uint32_t recorder_forks(void);

/* ---- runtimes: what knows more about the moment than a native stack does ---- */

#define RECORDER_FRAMES_MAX  128
#define RECORDER_OBJECTS_MAX 16

enum recorder_moment {
	RECORDER_BIRTH,   /* a socket is being made, or an object created */
	RECORDER_CONNECT, /* connect() is about to be called */
	RECORDER_USE,     /* first I/O since objects came or went, or after an idle gap */
	RECORDER_CLOSE,   /* the last descriptor is about to be closed */
	RECORDER_EXIT     /* the process is about to end: nothing but is_shut_down is asked */
};

struct recorder_capture {
	enum recorder_moment moment;
	uint32_t socket; /* id, 0 when the moment is not about one */
	int fd;
	uint64_t frames[RECORDER_FRAMES_MAX]; /* interpreted frames, innermost first
						 (TRACE_FRAME_MAKE) */
	size_t frame_count;
	/*
	 * Handles, innermost first. BIRTH: in whose methods an object is created; CLOSE: in whose
	 * calls the socket is closed, of TRACE_RUNTIME_C.
	 */
	uint32_t objects[RECORDER_OBJECTS_MAX];
	uint8_t matches[RECORDER_OBJECTS_MAX]; /* enum trace_match of each */
	size_t object_count;
	bool is_finalizer; /* CLOSE: no program code asked for it */
	bool is_shut_down; /* the runtime was there and is no more, or runs its exit functions */
};

/* Appends what the runtime knows to the capture. Same conditions as the functions above. */
typedef void (*recorder_runtime_fn)(struct recorder_capture *capture);

/* At most 4, from constructors or when a runtime starts; never taken back. */
void recorder_add_runtime(recorder_runtime_fn runtime);

#endif
