/*
 * What renderers and filters say about a socket in the same words: its addresses, its state, who
 * closed first. The texts are raw bytes: the renderers escape them. Thread-safe.
 */
#ifndef SOCKLIFE_SOCKET_FACTS_H
#define SOCKLIFE_SOCKET_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "model.h"

/* sun_path has 108 bytes (unix(7)); the rest is longer than any IPv6 address with its port. */
struct address_text {
	char bytes[192];
	size_t size_bytes; /* a UNIX path may hold NUL bytes; one more stands behind the text */
};

/* to - from. TIME_NONE when either is, when it is negative or beyond an int64_t: times come from
 * traces, which are untrusted. */
int64_t time_between(int64_t from_ns, int64_t to_ns);

/* "127.0.0.1:5432", "[::1]:5432", "unix:/path", "unix:@name"; false when there is no address. */
bool address_text_fill(const struct model *model, const struct model_address *address,
		       struct address_text *text);

enum socket_closer { SOCKET_CLOSER_NONE, SOCKET_CLOSER_US, SOCKET_CLOSER_PEER };

/* Made by socketpair(), here or where it came from. */
bool socket_is_pair(const struct model_socket *socket);
/* The peer was looked up by a name, and not by its address, which would say nothing. */
bool socket_has_peer_name(const struct model_socket *socket);
/* A connected stream socket that is no socketpair. */
bool socket_is_connection(const struct model_socket *socket);
/* Nothing closed it before its process ended, or it is open now. */
bool socket_is_left_open(const struct model_socket *socket);
/*
 * The last I/O, the peer's end and the close came together: the peer closed because it was told
 * goodbye, as servers of PostgreSQL and MySQL do, and its FIN may win the race with our close.
 */
bool socket_is_goodbye(const struct model_socket *socket);
/* Whose side closed first, for connections; a goodbye is our close unless we read the peer's end.
 */
enum socket_closer socket_first_closer(const struct model_socket *socket);
/* "ESTABLISHED"; NULL: not read. */
const char *socket_tcp_state(const struct model_socket *socket);
/* When it ended, or else when its process did, or else the run. May be TIME_NONE. */
int64_t socket_ended_ns(const struct model *model, const struct model_socket *socket);
/* The longest silence, the one before its end included; TIME_NONE when it never had any I/O. */
int64_t socket_idle_ns(const struct model *model, const struct model_socket *socket);
/*
 * When it began to connect, and was connected, in this process: what came from elsewhere connected
 * never began here, and was connected from its first moment on. TIME_NONE: it never did.
 */
int64_t socket_connect_started_ns(const struct model_socket *socket);
int64_t socket_connected_ns(const struct model_socket *socket);
/* How long connecting took; TIME_NONE when it never did, or not here. */
int64_t socket_latency_ns(const struct model_socket *socket);
/* The stack that tells where the program opened it; MODEL_NONE unknown. */
uint32_t socket_opened_stack(const struct model_socket *socket);

#endif
