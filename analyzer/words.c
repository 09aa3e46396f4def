#include "words.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <socklife/trace_format.h>

#define WORDS_UNKNOWN      "unknown"
#define WORDS_COUNT(table) (sizeof(table) / sizeof(table)[0])

static const char *word_at(const char *const *table, size_t count, unsigned int number)
{
	return number < count && table[number] != NULL ? table[number] : WORDS_UNKNOWN;
}

#define WORD(number, NAME, word) [number] = (word),

static const char *const origins[] = {
#define TRACE_ORIGIN WORD
#include <socklife/trace_values.def>
};
static const char *const socket_ends[] = {
#define TRACE_END WORD
#include <socklife/trace_values.def>
};
static const char *const events[] = {
#define TRACE_EVENT_KIND WORD
#include <socklife/trace_values.def>
};
static const char *const losses[] = {
#define TRACE_LOST_REASON WORD
#include <socklife/trace_values.def>
};
static const char *const snapshot_reasons[] = {
#define TRACE_SNAPSHOT_REASON WORD
#include <socklife/trace_values.def>
};
static const char *const marks[] = {
#define TRACE_MARK_KIND WORD
#include <socklife/trace_values.def>
};
static const char *const process_ends[] = {
#define TRACE_PROCESS_END WORD
#include <socklife/trace_values.def>
};
static const char *const children[] = {
#define TRACE_CHILD_KIND WORD
#include <socklife/trace_values.def>
};
static const char *const roles[] = {
#define TRACE_ROLE WORD
#include <socklife/trace_values.def>
};
static const char *const runtimes[] = {
#define TRACE_RUNTIME WORD
#include <socklife/trace_values.def>
};
static const char *const object_ends[] = {
#define TRACE_OBJECT_END WORD
#include <socklife/trace_values.def>
};
static const char *const links[] = {
#define TRACE_LINK_KIND WORD
#include <socklife/trace_values.def>
};
static const char *const matches[] = {
#define TRACE_MATCH WORD
#include <socklife/trace_values.def>
};
static const char *const records[] = {
#define TRACE_RECORD(number, NAME, type, text) [number] = #NAME,
#include <socklife/trace_records.def>
#undef TRACE_RECORD
};
static const char *const families[] = {
	[AF_UNIX] = "unix",       [AF_INET] = "inet",     [AF_INET6] = "inet6",
	[AF_NETLINK] = "netlink", [AF_PACKET] = "packet", [AF_VSOCK] = "vsock",
	[AF_ALG] = "alg",         [AF_CAN] = "can",       [AF_BLUETOOTH] = "bluetooth",
};
static const char *const socket_types[] = {
	[SOCK_STREAM] = "stream", [SOCK_DGRAM] = "dgram",         [SOCK_RAW] = "raw",
	[SOCK_RDM] = "rdm",       [SOCK_SEQPACKET] = "seqpacket",
};
/* Linux' include/net/tcp_states.h */
static const char *const tcp_states[] = {
	NULL,    "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",    "TIME_WAIT",
	"CLOSE", "CLOSE_WAIT",  "LAST_ACK", "LISTEN",   "CLOSING",   "NEW_SYN_RECV",
};
static const char *const shutdowns[] = {
	[SHUT_RD] = "read", [SHUT_WR] = "write", [SHUT_RDWR] = "both"};

#define WORDS_FUNCTION(name, table)                                                                \
	const char *words_##name(unsigned int number)                                              \
	{                                                                                          \
		return word_at(table, WORDS_COUNT(table), number);                                 \
	}
WORDS_FUNCTION(origin, origins)
WORDS_FUNCTION(end, socket_ends)
WORDS_FUNCTION(event, events)
WORDS_FUNCTION(lost, losses)
WORDS_FUNCTION(snapshot, snapshot_reasons)
WORDS_FUNCTION(mark, marks)
WORDS_FUNCTION(process_end, process_ends)
WORDS_FUNCTION(child, children)
WORDS_FUNCTION(role, roles)
WORDS_FUNCTION(runtime, runtimes)
WORDS_FUNCTION(object_end, object_ends)
WORDS_FUNCTION(link, links)
WORDS_FUNCTION(match, matches)
WORDS_FUNCTION(record, records)
WORDS_FUNCTION(family, families)
WORDS_FUNCTION(socket_type, socket_types)
WORDS_FUNCTION(tcp_state, tcp_states)

const char *words_shutdown(int how)
{
	return how < 0 ? WORDS_UNKNOWN
		       : word_at(shutdowns, WORDS_COUNT(shutdowns), (unsigned int)how);
}

const char *words_errno(int error)
{
	const char *name = strerrorname_np(error);

	return name != NULL ? name : WORDS_UNKNOWN;
}

/* sigabbrev_np(3) leaves out the "SIG" and knows no real-time signals. */
static const char *const signals[] = {
#define SIGNAL(name) [name] = #name
	SIGNAL(SIGHUP),    SIGNAL(SIGINT),  SIGNAL(SIGQUIT), SIGNAL(SIGILL),  SIGNAL(SIGTRAP),
	SIGNAL(SIGABRT),   SIGNAL(SIGBUS),  SIGNAL(SIGFPE),  SIGNAL(SIGKILL), SIGNAL(SIGUSR1),
	SIGNAL(SIGSEGV),   SIGNAL(SIGUSR2), SIGNAL(SIGPIPE), SIGNAL(SIGALRM), SIGNAL(SIGTERM),
	SIGNAL(SIGCHLD),   SIGNAL(SIGCONT), SIGNAL(SIGSTOP), SIGNAL(SIGTSTP), SIGNAL(SIGTTIN),
	SIGNAL(SIGTTOU),   SIGNAL(SIGURG),  SIGNAL(SIGXCPU), SIGNAL(SIGXFSZ), SIGNAL(SIGVTALRM),
	SIGNAL(SIGPROF),   SIGNAL(SIGIO),   SIGNAL(SIGPWR),  SIGNAL(SIGSYS),  SIGNAL(SIGWINCH),
#ifdef SIGSTKFLT /* not on every machine */
	SIGNAL(SIGSTKFLT),
#endif
#undef SIGNAL
};

const char *words_signal(int signal_number)
{
	if (signal_number < 0 || (size_t)signal_number >= WORDS_COUNT(signals))
		return NULL;
	return signals[signal_number];
}
