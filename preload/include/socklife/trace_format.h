/*
 * The trace format: what libsocklife.so writes and the analyzer reads, and the only thing that the
 * two share. FORMAT.md in the parent folder is the specification in prose, with the compatibility
 * promise.
 *
 * A trace file is a struct trace_file_header, then records one after another, each starting on a
 * multiple of 8 bytes. All numbers are in the byte order of the machine that wrote the file
 * (header.byte_order tells). Times are nanoseconds of CLOCK_MONOTONIC; 0 is "never" or "unknown".
 *
 * Fields marked "live" change in place while the process runs, by relaxed atomic stores and adds.
 * They are plain integers here so that the reader needs no atomics; the recorder uses the
 * __atomic builtins on them. All other fields are constant once the record's kind is not 0.
 *
 * This header is safe to include from any C11 or C++ program and depends on nothing.
 */
#ifndef SOCKLIFE_TRACE_FORMAT_H
#define SOCKLIFE_TRACE_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "trace_enums.h"

#define TRACE_MAGIC          "socklife" /* 8 bytes, no terminating NUL in the file */
#define TRACE_VERSION        1          /* what this release writes, and the newest it reads */
#define TRACE_VERSION_OLDEST 1          /* the oldest it reads */
#define TRACE_BYTE_ORDER     0x01020304u
#define TRACE_ALIGNMENT      8u
#define TRACE_SUFFIX         ".trace" /* PID.N.trace; `socklife run` writes run.trace */

/* In no file: what programs without one tell `socklife run`; see FORMAT.md. */
#define TRACE_BOARD_MAGIC "SLBOARD" /* 8 bytes, NUL included */
struct trace_board {
	char magic[8];
	uint64_t unrecorded; /* live: programs that could not open a trace file */
	uint64_t told_inode; /* live: of the stderr on which one has said why it cannot record */
};

/* trace_socket.flags */
#define TRACE_SOCKET_NONBLOCK      (1u << 0) /* made non-blocking at birth */
#define TRACE_SOCKET_CLOEXEC       (1u << 1) /* every descriptor of it closes on exec (live) */
#define TRACE_SOCKET_LISTENING     (1u << 2) /* listen() succeeded */
#define TRACE_SOCKET_CONNECTING    (1u << 3) /* a non-blocking connect is under way */
#define TRACE_SOCKET_CONNECTED     (1u << 4) /* has been connected at some time */
#define TRACE_SOCKET_SHUT_READ     (1u << 5) /* shutdown() for reading succeeded */
#define TRACE_SOCKET_SHUT_WRITE    (1u << 6) /* shutdown() for writing succeeded */
#define TRACE_SOCKET_TCP_INFO_READ (1u << 7) /* the tcp_ fields are valid */
#define TRACE_SOCKET_HAS_DESTINATION                                                               \
	(1u << 8)                         /* an ADDRESS record has sendto's first destination */
#define TRACE_SOCKET_BRACKETED (1u << 9)  /* born inside a libc call such as getaddrinfo */
#define TRACE_SOCKET_STDIO     (1u << 10) /* inherited as descriptor 0, 1 or 2 */

#define TRACE_SOCKET_PASSED    (1u << 11) /* sent to another process by SCM_RIGHTS (live) */
#define TRACE_SOCKET_SHUT_DOWN (1u << 12) /* its interpreter has shut down, or does (live) */
#define TRACE_SOCKET_STREAM    (1u << 13) /* stdio may read or write it, past all hooks (live) */

/* trace_file_header.flags */
#define TRACE_FILE_BY_RUN (1u << 0) /* written by `socklife run`, has a RUN record */
/* written by the process that started this one, which cannot be recorded */
#define TRACE_FILE_BY_PARENT (1u << 1)

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded" /* a hole would be a field that nobody has specified */
#endif

struct trace_file_header {
	char magic[8];
	uint16_t version;
	uint16_t header_size_bytes; /* records start here */
	uint32_t byte_order;
	uint64_t tail_bytes;          /* live: file offset where the next record will be reserved */
	uint64_t started_ns;          /* when the library was loaded into the process image */
	uint64_t started_realtime_ns; /* the same moment by CLOCK_REALTIME, since 1970 */
	uint32_t pid;
	uint32_t parent_pid;
	uint32_t flags;
	uint32_t end;          /* live: enum trace_process_end, committed after the two below */
	uint64_t ended_ns;     /* live */
	int32_t status;        /* live: exit status */
	int32_t signal_number; /* live */
	uint64_t lost[TRACE_LOST_REASON_COUNT]; /* live: how many, by enum trace_lost_reason */
	uint32_t forked_from; /* pid whose image it copied by fork, 0 when loaded by exec */
	uint32_t sequence;    /* N of PID.N.trace: how many images this pid has had before */
	uint64_t reserved[6];
};

/*
 * Every record starts with this. It is reserved by a compare-and-swap of the whole 8 bytes from 0
 * to {size, 0}, so the size is known even if the writer dies before it commits; a kind of 0 then
 * says "reserved, never committed": skip it by its size. A word of 0 at the tail is the end of the
 * trace.
 */
struct trace_record {
	uint32_t size_bytes; /* of the whole record, this header included; a multiple of 8 */
	uint16_t kind;       /* enum trace_record_kind, stored last, with release */
	uint16_t reserved;
};

struct trace_process {
	struct trace_record record;
	uint32_t argument_count;
	uint32_t text_size_bytes;
	/* text: exe NUL cwd NUL argv[0] NUL argv[1] NUL … */
};

struct trace_run {
	struct trace_record record;
	uint64_t started_ns;
	uint64_t ended_ns; /* live */
	uint32_t child_pid;
	int32_t status;        /* live: exit status, when signal_number is 0 */
	int32_t signal_number; /* live */
	uint32_t end;          /* live: enum trace_process_end, stored last; 0 while it runs */
	uint32_t argument_count;
	uint32_t text_size_bytes;
	/* text: exe NUL cwd NUL argv[0] NUL … */
};

/* An address: family AF_INET, AF_INET6 or AF_UNIX; 0 when there is none. */
struct trace_address {
	uint16_t family;
	uint16_t port;          /* host byte order */
	uint32_t scope_or_size; /* AF_INET6: scope id; AF_UNIX: bytes of path that follow the record
				 */
	uint8_t bytes[16];      /* AF_INET: 4 used, AF_INET6: 16, network order */
};

struct trace_socket {
	struct trace_record record;
	uint32_t id;     /* dense from 1 within the file */
	int32_t fd;      /* the first number that named it here */
	uint64_t cookie; /* SO_COOKIE, 0 unknown */
	uint64_t inode;  /* of sockfs, as in /proc/self/fd; 0 not asked for, the cookie tells */
	uint64_t created_ns;
	uint16_t family; /* AF_ */
	uint16_t type;   /* SOCK_, flags removed */
	uint16_t protocol;
	uint16_t origin;       /* enum trace_origin */
	uint32_t opened_stack; /* STACK id, 0 none */
	uint32_t opened_tid;
	uint32_t parent; /* socket id: the listener of an accept, the other end of a socketpair */
	uint32_t flags;  /* live: TRACE_SOCKET_ */
	/* counters, all live */
	uint64_t bytes_sent;
	uint64_t bytes_received;
	uint64_t sends; /* calls that succeeded */
	uint64_t receives;
	uint64_t first_io_ns;
	uint64_t last_io_ns;
	uint64_t longest_idle_ns; /* between two successful I/O calls; the coarse clock's grain */
	uint64_t peer_ended_ns;   /* first receive that returned end of file, or first reset seen */
	uint64_t stale_io_ns;     /* first send tried after that */
	int32_t io_error;  /* first fatal errno of an I/O call: ECONNRESET, EPIPE, ETIMEDOUT … */
	uint32_t fd_count; /* descriptors of this process that name it now */
	uint32_t connect_offset;   /* file offset / 8 of its newest CONNECT record, 0 none */
	uint32_t attributed_epoch; /* epoch of the objects when a use was last attributed */
	/* the end; `end` is stored last, with release, and 0 while the socket is open */
	uint64_t ended_ns;
	uint32_t ended_stack;
	uint32_t ended_tid;
	/* TCP_INFO and SO_ERROR just before the close, at exit, or at a snapshot; valid with
	 * TRACE_SOCKET_TCP_INFO_READ */
	uint64_t tcp_bytes_acked;
	uint64_t tcp_bytes_received;
	uint64_t tcp_read_ns;          /* when it was read */
	uint32_t tcp_last_ack_recv_ms; /* before tcp_read_ns */
	uint32_t tcp_rtt_us;
	uint32_t tcp_retransmits;
	int32_t so_error;
	uint16_t tcp_state; /* as in Linux' include/net/tcp_states.h */
	uint16_t end;       /* live: enum trace_end */
	/* sent bytes that were not in tcp_bytes_acked yet; 0 also where those were the hooks' own
	 */
	uint32_t tcp_unacked;
};

struct trace_connect {
	struct trace_record record;
	uint32_t socket;
	uint32_t stack;
	uint64_t started_ns;
	uint64_t finished_ns; /* live: when it was known to have succeeded or failed */
	uint32_t tid;
	int32_t error; /* live: 0 succeeded (when finished_ns is not 0), EINPROGRESS under way, else
			  errno */
	struct trace_address peer;
	struct trace_address local; /* live: filled once connected, before finished_ns */
	/* then, for AF_UNIX, peer.scope_or_size bytes of sun_path and local.scope_or_size bytes */
};

struct trace_socket_address {
	struct trace_record record;
	uint32_t socket;
	uint32_t is_local; /* 1: bound to; 0: first destination of an unconnected datagram socket */
	uint64_t time_ns;
	struct trace_address address;
	/* then, for AF_UNIX, address.scope_or_size bytes of sun_path */
};

struct trace_event {
	struct trace_record record;
	uint32_t socket;
	uint32_t what; /* enum trace_event_kind */
	uint64_t time_ns;
	int32_t fd;
	int32_t value;
	uint32_t tid;
	uint32_t stack;
};

/*
 * A frame with the top bit clear is a native return address. With the top bit set it is a function
 * of an interpreted language: bits 24 to 62 a CODE id, bits 0 to 23 the line (0 unknown).
 */
#define TRACE_FRAME_INTERPRETED (UINT64_C(1) << 63)
#define TRACE_FRAME_CODE(frame) ((uint32_t)(((frame) & ~TRACE_FRAME_INTERPRETED) >> 24))
#define TRACE_FRAME_LINE(frame) ((uint32_t)((frame)&0xffffffu))
#define TRACE_FRAME_MAKE(code, line)                                                               \
	(TRACE_FRAME_INTERPRETED | (uint64_t)(code) << 24 | ((uint64_t)(line)&0xffffffu))

struct trace_stack {
	struct trace_record record;
	uint32_t id; /* dense from 1 */
	uint32_t frame_count;
	uint64_t time_ns; /* first seen: tells which module was at an address then */
			  /* uint64_t frames[frame_count], innermost first */
};

struct trace_module {
	struct trace_record record;
	uint64_t loaded_ns;   /* first seen */
	uint64_t unloaded_ns; /* live */
	uint64_t start;       /* lowest and one past the highest mapped address */
	uint64_t end;
	uint64_t load_bias; /* address = ELF virtual address + load_bias */
	uint32_t build_id_size_bytes;
	uint32_t path_size_bytes;
	/* build id bytes, then path bytes without a NUL */
};

struct trace_name {
	struct trace_record record;
	uint64_t time_ns;     /* when getaddrinfo returned */
	uint64_t duration_ns; /* how long it took */
	struct trace_address address;
	uint32_t name_size_bytes;
	uint32_t tid;
	/* name bytes without a NUL */
};

struct trace_lost {
	struct trace_record record;
	uint64_t time_ns; /* the first time; header.lost[reason] counts them all */
	uint32_t reason;  /* enum trace_lost_reason */
	int32_t error;    /* errno, 0 none */
};

struct trace_string {
	struct trace_record record;
	uint32_t id; /* dense from 1 */
	uint32_t size_bytes;
	/* bytes without a NUL */
};

struct trace_code {
	struct trace_record record;
	uint32_t id;       /* dense from 1 */
	uint32_t file;     /* STRING id */
	uint32_t function; /* STRING id: the qualified name */
	uint32_t line;     /* where the function begins */
};

struct trace_object {
	struct trace_record record;
	uint32_t id;         /* dense from 1 */
	uint32_t class_name; /* STRING id, e.g. requests.sessions.Session */
	uint32_t number;     /* of this class in this process, from 1 */
	uint32_t parent;     /* object id in whose method it was made, 0 none */
	/* live: of the object in memory, 0 while it is not known; tells reuse, never an identity */
	uint64_t address;
	uint64_t created_ns;
	uint64_t constructed_ns; /* live: when its constructor ended, 0 not yet or not known */
	uint32_t created_stack;
	uint32_t created_tid;
	uint16_t role;     /* enum trace_role */
	uint16_t runtime;  /* enum trace_runtime */
	uint32_t flags;    /* live: TRACE_OBJECT_ */
	uint64_t ended_ns; /* live */
	uint32_t end;      /* live: enum trace_object_end, stored last; 0 while alive */
	uint32_t ended_tid;
};

/* trace_object.flags */
#define TRACE_OBJECT_ADOPTED (1u << 0) /* its birth was not seen: copied or unpickled */
/* Its finalizer let it live on: nothing tells when it goes in the end. */
#define TRACE_OBJECT_DEATH_UNKNOWN (1u << 1)
#define TRACE_OBJECT_ONE_THREAD    (1u << 2) /* its class is not meant to be shared by threads */

struct trace_link {
	struct trace_record record;
	uint32_t socket;
	uint32_t object;
	uint64_t time_ns;
	uint16_t what;  /* enum trace_link_kind */
	uint16_t match; /* enum trace_match */
	uint32_t rank;  /* owners: 0 is the innermost */
	uint32_t tid;
	uint32_t reserved;
};

struct trace_child {
	struct trace_record record;
	uint64_t time_ns;
	uint32_t pid;
	uint32_t what; /* enum trace_child_kind */
	uint32_t path_size_bytes;
	/* ENDED: as wait(2) tells it; else 0 */
	int32_t status;
	/* path bytes of the program, for a spawn */
};

struct trace_exec {
	struct trace_record record;
	uint64_t time_ns;
	int32_t error; /* live: errno when exec returned, so the process went on; 0 otherwise */
	uint32_t path_size_bytes;
	/* path bytes of the program */
};

struct trace_note {
	struct trace_record record;
	uint64_t time_ns;
	uint32_t is_gap; /* 1: something was not recorded, so the recording is incomplete */
	uint32_t text_size_bytes;
	/* text bytes */
};

/* Committed when the HELD records that belong to it are. */
struct trace_snapshot {
	struct trace_record record;
	uint32_t id;     /* from 1 within the file */
	uint32_t reason; /* enum trace_snapshot_reason */
	uint64_t time_ns;
	int32_t value;
	uint32_t held_count; /* how many HELD records were written for it */
	uint32_t tid;
	uint32_t stack;
};

struct trace_held {
	struct trace_record record;
	uint32_t snapshot; /* its id */
	uint32_t socket;
	uint64_t bytes_sent;
	uint64_t bytes_received;
	uint64_t sends;
	uint64_t receives;
	uint64_t last_io_ns;
	uint64_t longest_idle_ns;
	uint32_t fd_count;
	uint32_t flags; /* TRACE_SOCKET_ */
};

struct trace_mark {
	struct trace_record record;
	uint64_t time_ns;
	uint32_t what; /* enum trace_mark_kind */
	uint32_t name; /* STRING id */
	uint32_t pid; /* the process that it speaks for: this one, or the shell that ran this one */
	uint32_t tid;
};

/* Written when both calls are proven: the first one has returned, or the second one. */
struct trace_overlap {
	struct trace_record record;
	uint32_t object;
	uint32_t stack;     /* of the second call as it began */
	uint64_t time_ns;   /* then */
	uint32_t tid;       /* whose call that is */
	uint32_t other_tid; /* who was in the first call */
};

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#ifdef __cplusplus
#define TRACE_ASSERT(condition) static_assert(condition, "trace layout")
#else
#define TRACE_ASSERT(condition) _Static_assert(condition, "trace layout")
#endif
TRACE_ASSERT(sizeof(struct trace_file_header) == 256);
#define TRACE_RECORD(number, NAME, type, text)                                                     \
	TRACE_ASSERT(sizeof(struct type) % TRACE_ALIGNMENT == 0);
#include "trace_records.def"
#undef TRACE_RECORD
#undef TRACE_ASSERT

#endif
