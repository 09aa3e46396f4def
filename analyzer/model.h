/*
 * The model: everything one or many trace files say, in arrays with dense indices, free of the
 * format. model_load() fills it (reader -> model), matcher_run() completes the derived fields
 * (matcher -> model), and from then on it is constant: rules and renderers only read.
 *
 * References between rows are indices; MODEL_NONE says "none". Ids that people see are index + 1
 * with a letter: p1, s17, o3. Rows are in the order of processes' start, then of record. Times are
 * nanoseconds after model.started_monotonic_ns; TIME_NONE says "never" or "unknown". All strings
 * belong to the model and may hold any bytes: renderers escape them.
 */
#ifndef SOCKLIFE_MODEL_H
#define SOCKLIFE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <socklife/trace_format.h>

#include "error.h"

#define MODEL_NONE UINT32_MAX
#define TIME_NONE  INT64_MIN

struct model_process {
	const char *file; /* its trace file's path */
	uint32_t parent;  /* process index, MODEL_NONE */
	uint32_t pid;
	uint32_t parent_pid;
	const char *exe; /* "" unknown */
	const char *cwd;
	const char **arguments; /* NULL-terminated */
	const char *runtime;    /* "python", "java", "node", "native" */
	int64_t started_ns;
	int64_t ended_ns;           /* TIME_NONE: not known */
	enum trace_process_end end; /* 0 unknown */
	int status;                 /* -1 unknown */
	int signal_number;          /* 0 none */
	bool by_run;                /* known only from run's own record: it wrote no trace itself */
	bool by_parent;             /* not recorded: known only from what started it */
	bool is_forked;             /* its image is a copy of its parent's */
	bool is_root;               /* the command that `socklife run` started */
	bool is_live;               /* runs still; never when it has an end */
	bool is_perhaps_live;       /* has no end, and nobody can tell whether it runs */
	uint32_t first_socket, socket_count; /* its rows are neighbours */
	uint32_t first_object, object_count;
};

struct model_address {
	uint16_t family; /* AF_INET, AF_INET6, AF_UNIX; 0 none */
	uint16_t port;
	union {
		uint8_t inet[4]; /* AF_INET, in network order */
		uint32_t place;  /* the others: in model.places; AF_UNIX: MODEL_NONE when unnamed */
	};
};

/* What an address of IPv6 or UNIX is besides; model_address_bytes() and _path() ask for it. */
struct model_place {
	union {
		uint8_t bytes[16]; /* AF_INET6, in network order */
		const char *path;  /* AF_UNIX: first byte 0 for abstract */
	};
	union {
		uint32_t scope_id;
		uint32_t path_size_bytes;
	};
};

/*
 * There may be ten million of these, so they are kept small: what the trace says as it is to be
 * told, and few ask for, stays there until somebody does; see model_socket_bytes_sent() and those
 * below it.
 */
struct model_socket {
	uint16_t family, type;
	enum trace_origin origin : 4;
	enum trace_end end : 4;     /* 0: open (live, or unknown) */
	enum trace_match match : 4; /* 0 none; derived by matcher_run() */
	unsigned int tcp_state : 4; /* see socket_tcp_state(); 0 not read */
	bool is_closed_behind : 1;  /* in no call of the C handle that owned it and lived on */
	bool is_shut_down : 1;      /* a finalizer closed it only because the interpreter shut down;
				       derived */
	bool is_pair : 1;           /* from elsewhere, where it was made by socketpair() */
	bool is_shut_first : 1;     /* we shut our side down before the peer's end had come */
	bool is_peer_first : 1;     /* the peer's end had come before we shut our side down */
	bool is_end_seen : 1;       /* the program read the end of file, or a reset */
	bool is_send_refused : 1;   /* a send failed with EPIPE */
	bool is_stale_used : 1;     /* sent on it when its end was known, and not for a goodbye */
	uint32_t process;
	uint32_t flags; /* TRACE_SOCKET_ */
	int64_t created_ns;
	int64_t connect_started_ns;
	int64_t connected_ns;
	int64_t peer_closed_ns;
	int64_t closed_ns;
	int64_t last_io_ns;
	int connect_error; /* errno; 0 none; EINPROGRESS: never decided */
	int error;         /* errno by which the connection broke; 0 none */
	uint32_t opened_stack, connect_stack, closed_stack; /* stack index */
	uint32_t parent;                                    /* socket index, see trace_socket */
	uint32_t connect_count;                             /* see model_socket_connects() */
	/* derived by matcher_run() */
	/* in model.links: its owners, innermost first, then its users in the order of time */
	uint32_t first_owner, owner_count, user_count;
	struct model_address peer, local;
	const char *peer_name;             /* what getaddrinfo was asked for; NULL unknown */
	const struct trace_socket *record; /* what the functions below read; for nobody else */
};

struct model_object {
	uint32_t process;
	const char *class_name;
	uint32_t number;
	enum trace_role role;
	enum trace_runtime runtime;
	uint32_t flags;  /* TRACE_OBJECT_ */
	uint32_t parent; /* object index */
	int64_t created_ns, constructed_ns, ended_ns;
	enum trace_object_end end; /* 0: alive (live, or unknown) */
	uint32_t created_stack;
	uint32_t created_tid, ended_tid;
	uint32_t overlap; /* of model.overlaps + 1; 0: none was seen */

	/* derived by matcher_run() */
	const char *connects; /* "never", "at-creation", "on-first-use", "borrowed" */
	uint32_t first_opened,
		opened_count;            /* in model.opened: socket indices in order of connect */
	uint32_t first_used, used_count; /* in model.used */
	/* in model.open_at_end: of those it opened, the ones still open when their process ended,
	 * or when its interpreter began to shut down and let a finalizer close them */
	uint32_t first_open_at_end, open_at_end_count;
	uint32_t first_made, made_count; /* in model.made: objects made in its methods */
};

/* Two threads were in calls on one object. */
struct model_overlap {
	uint32_t stack; /* of the second call */
	int64_t time_ns;
	uint32_t tid, other_tid; /* whose call is the second one, and the first one */
};

/* From matcher_run() on in the order of sockets; `what` is 0 of one that says nothing more. */
struct model_link {
	uint32_t socket, object;
	int64_t time_ns;
	uint32_t tid;
	uint16_t rank;
	enum trace_link_kind what : 8;
	enum trace_match match : 4;
};

struct model_event {
	uint32_t socket;
	enum trace_event_kind what;
	int64_t time_ns;
	int fd, value;
	uint32_t stack;
	uint32_t tid;
};

/* One connect() or the accept(); rows are in the order of sockets, then of time. */
struct model_connect {
	uint32_t socket;
	int64_t started_ns, finished_ns;
	int error;
	struct model_address peer, local;
	uint32_t stack;
};

struct model_module {
	uint32_t process;
	const char *path;
	uint64_t start, end, load_bias;
	int64_t loaded_ns, unloaded_ns;
	const uint8_t *build_id;
	uint32_t build_id_size_bytes;
};

struct model_stack {
	uint32_t process;
	int64_t time_ns;
	const uint64_t *frames; /* innermost first; see TRACE_FRAME_INTERPRETED */
	uint32_t frame_count;
};

struct model_code { /* rows of a process are neighbours */
	uint32_t process;
	uint32_t id; /* as the frames of its process say it; 0: its place among the rows tells */
	const char *file, *function;
	uint32_t line;
};

struct model_child {
	uint32_t process;
	uint32_t pid;
	enum trace_child_kind what;
	int status; /* TRACE_CHILD_ENDED: as wait(2) tells it */
	int64_t time_ns;
	const char *path; /* "" unknown */
};

struct model_note {
	uint32_t process;
	bool is_gap;
	bool is_unfinished; /* no gap so far, but the recording is not over */
	const char *text;
};

struct model_lost {
	uint32_t process;
	enum trace_lost_reason reason;
	uint64_t count;
	int error; /* errno of the first, 0 none */
};

/* A moment that was asked for; rows are in the order of time, ids that people see are index + 1. */
struct model_snapshot {
	uint32_t process;
	uint32_t id; /* as model_held says it; not the row */
	enum trace_snapshot_reason reason;
	int value; /* a signal's number, a count or an errno, by the reason */
	int64_t time_ns;
	uint32_t held_count;
	uint32_t stack;
};

/* What a socket's counters were at a snapshot of its process. */
struct model_held {
	uint32_t snapshot; /* id */
	uint32_t socket;
	uint32_t flags; /* TRACE_SOCKET_ */
	uint64_t bytes_sent, bytes_received, sends, receives;
	int64_t last_io_ns;
	int64_t longest_idle_ns;
};

/* What the program says it was about (track.h), in the order of pids and then of time. */
struct model_mark {
	uint32_t process; /* MODEL_NONE: the one that it speaks for has left no trace */
	uint32_t pid;
	uint32_t enclosing; /* mark of the same pid within which it began, MODEL_NONE */
	const char *name;
	int64_t begun_ns;
	int64_t ended_ns; /* TIME_NONE: it never did; of a mere moment the same as begun_ns */

	/* derived by matcher_run(), in model.mark_sockets */
	uint32_t first_socket, socket_count;
};

#define MODEL_ARRAY(type, name)                                                                    \
	struct type *name;                                                                         \
	uint32_t name##_count

struct model {
	MODEL_ARRAY(model_process, processes);
	MODEL_ARRAY(model_socket, sockets);
	MODEL_ARRAY(model_object, objects);
	MODEL_ARRAY(model_link, links);
	MODEL_ARRAY(model_event, events);
	MODEL_ARRAY(model_connect, connects);
	MODEL_ARRAY(model_place, places);
	MODEL_ARRAY(model_module, modules);
	MODEL_ARRAY(model_stack, stacks);
	MODEL_ARRAY(model_code, codes);
	MODEL_ARRAY(model_child, children);
	MODEL_ARRAY(model_note, notes);
	MODEL_ARRAY(model_lost, losses);
	MODEL_ARRAY(model_snapshot, snapshots);
	MODEL_ARRAY(model_held, helds);
	MODEL_ARRAY(model_mark, marks);
	MODEL_ARRAY(model_overlap, overlaps);
	const char **class_names; /* of all objects, each once: those of one class share it */
	uint32_t class_names_count;

	/* derived index arrays, see the rows above */
	uint32_t *opened, *used, *open_at_end, *made;
	/* by socket: the mark in which it was born, and the other way round; NULL: no marks */
	uint32_t *socket_marks, *mark_sockets;

	uint64_t
		started_monotonic_ns; /* origin of all times: run's start, or the first process's */
	uint64_t started_realtime_ns;
	int64_t ended_ns;             /* end of run, or of the last process; TIME_NONE */
	bool has_run;                 /* a RUN record was found */
	uint64_t uncommitted_records; /* reserved by a writer that died before it committed */
	struct model_memory *memory;  /* owns every string and mapped file */
	struct progress *progress;    /* told how far loading and rendering are; NULL */
};

void model_init(struct model *model);
/*
 * Open to the last, as a person sees it: left to the process's end, or closed by a finalizer only
 * because the interpreter shut down. Needs matcher_run().
 */
bool model_socket_is_open_at_end(const struct model_socket *socket);
/*
 * The connects of a socket in the order in which they were made; returns how many. Most sockets
 * have one that succeeded, of which their own fields say all: it has no row in model.connects, and
 * is put into *only.
 */
uint32_t model_socket_connects(const struct model *model, uint32_t socket,
			       struct model_connect *only, const struct model_connect **connects);
void model_release(struct model *model);

/* The first of the socket's user_count users. Needs matcher_run(). */
static inline const struct model_link *model_socket_users(const struct model *model,
							  const struct model_socket *socket)
{
	return model->links + socket->first_owner + socket->owner_count;
}

/* Of AF_INET and AF_INET6, the rest of the former 0. */
void model_address_bytes(const struct model *model, const struct model_address *address,
			 uint8_t bytes[16]);
/* Of AF_INET6; 0 none. */
uint32_t model_address_scope(const struct model *model, const struct model_address *address);
/* Of AF_UNIX, not terminated; NULL when it is unnamed, or of another family. */
const char *model_address_path(const struct model *model, const struct model_address *address,
			       size_t *size_bytes);
bool model_address_is_same(const struct model *model, const struct model_address *a,
			   const struct model_address *b);

/*
 * What a socket's record says as it stands. While its process runs each call may give more than the
 * last one, as everything in a trace that still grows may.
 */
#define MODEL_SOCKET_SAYS(type, name, field)                                                       \
	static inline type model_socket_##name(const struct model_socket *socket)                  \
	{                                                                                          \
		return __atomic_load_n(&socket->record->field, __ATOMIC_RELAXED);                  \
	}
MODEL_SOCKET_SAYS(uint64_t, cookie, cookie) /* 0 unknown */
MODEL_SOCKET_SAYS(uint64_t, inode, inode)   /* 0 unknown */
MODEL_SOCKET_SAYS(int, fd, fd)              /* the first */
MODEL_SOCKET_SAYS(uint64_t, bytes_sent, bytes_sent)
MODEL_SOCKET_SAYS(uint64_t, bytes_received, bytes_received)
MODEL_SOCKET_SAYS(uint64_t, sends, sends)
MODEL_SOCKET_SAYS(uint64_t, receives, receives)
#undef MODEL_SOCKET_SAYS
/*
 * For who asks each socket in turn: those of sockets ahead are on their way when their turn comes,
 * which takes longer than all else that is done with one.
 */
#define MODEL_AHEAD 16
static inline void model_socket_ahead(const struct model *model, uint32_t socket)
{
	const struct trace_socket *record;

	if (model->sockets_count - socket <= MODEL_AHEAD)
		return;
	record = model->sockets[socket + MODEL_AHEAD].record;
	__builtin_prefetch(record);
	__builtin_prefetch(&record->bytes_sent);
}
/* A duration; 0 none. */
int64_t model_socket_longest_idle_ns(const struct model_socket *socket);
int64_t model_socket_first_io_ns(const struct model *model, const struct model_socket *socket);
/* The first send tried after the peer's end was known. */
int64_t model_socket_stale_io_ns(const struct model *model, const struct model_socket *socket);
/* For those who know better than the trace: the record, from now on the model's own, to be changed.
 * NULL: out of memory, which is remembered. */
struct trace_socket *model_socket_own(struct model *model, struct model_socket *socket);

/*
 * Loads `path`: a trace file, or a directory whose *.trace files are all read. Returns STATUS_OK,
 * or fills *error. A truncated file yields what stands before the cut and a note that is a gap;
 * a corrupt header, a newer version or a directory without a trace is an error. In a directory, a
 * file that cannot be used is a gap as long as another one can.
 */
enum status model_load(struct model *model, const char *path, struct error *error);

/* The same for one file's bytes in memory on a multiple of 8, which must outlive the model. */
enum status model_load_bytes(struct model *model, const char *path, const void *bytes,
			     size_t size_bytes, struct error *error);

#endif
