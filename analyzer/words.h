/*
 * Numbers of the trace and of the kernel -> words, the same in every output. Every function takes
 * any number and gives "unknown" for one it does not know, never NULL; words_signal() alone gives
 * NULL, as real-time signals have numbers only. Thread-safe.
 */
#ifndef SOCKLIFE_WORDS_H
#define SOCKLIFE_WORDS_H

/* enum trace_… of trace_values.def */
const char *words_origin(unsigned int origin);
const char *words_end(unsigned int end);
const char *words_event(unsigned int what);
const char *words_lost(unsigned int reason);
const char *words_snapshot(unsigned int reason);
const char *words_mark(unsigned int what);
const char *words_process_end(unsigned int end);
const char *words_child(unsigned int what);
const char *words_role(unsigned int role);
const char *words_runtime(unsigned int runtime);
const char *words_object_end(unsigned int end);
const char *words_link(unsigned int what);
const char *words_match(unsigned int match);

const char *words_record(unsigned int kind); /* "SOCKET" */

const char *words_family(unsigned int family);    /* AF_: "inet" */
const char *words_socket_type(unsigned int type); /* SOCK_: "stream" */
const char *words_tcp_state(unsigned int state);  /* "CLOSE_WAIT" */
const char *words_errno(int error);               /* "ECONNRESET" */
const char *words_signal(int signal_number);      /* "SIGTERM" */
const char *words_shutdown(int how);              /* SHUT_: "write" */

#endif
