/*
 * What several rules ask about a socket, an object or a process. Private to rule*.c. Thread-safe.
 */
#ifndef SOCKLIFE_RULE_FACTS_H
#define SOCKLIFE_RULE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

/* What is known of a socket before any rule has looked closer; bits. */
enum rule_kind {
	RULE_KIND_OWN = 1 << 0,        /* rule_is_own_socket() */
	RULE_KIND_CONNECTION = 1 << 1, /* rule_is_own_connection() */
	RULE_KIND_CLIENT = 1 << 2,     /* rule_is_client_connection() */
	RULE_KIND_LEFT_OPEN = 1 << 3,  /* rule_is_left_open() */
	RULE_KIND_SHUT_DOWN = 1 << 4,  /* closed because the interpreter shut down */
	RULE_KIND_FINALIZED = 1 << 5,  /* closed by a finalizer for another reason */
	RULE_KIND_OWNED = 1 << 6,
	RULE_KIND_PEER_CLOSED = 1 << 7,
	RULE_KIND_STALE = 1 << 8,  /* used when its end was known, or broken by its use */
	RULE_KIND_SILENT = 1 << 9, /* nothing was sent or received */
	RULE_KIND_FAILED = 1 << 10,
	RULE_KIND_SLOW = 1 << 11,            /* connecting took longer than the settings allow */
	RULE_KIND_DESCRIPTOR_LEFT = 1 << 12, /* rule_is_descriptor_left() */
	RULE_KIND_ONE_EXCHANGE = 1 << 13,    /* and then closed by us, with nothing amiss */
	RULE_KIND_SERVER_CLOSED = 1 << 14,   /* verdict_is_server_closed() */
	RULE_KIND_RACED = 1 << 15,           /* the server closed with its answer, and we at once */
};

struct model;
struct model_process;
struct model_socket;
struct rule_scene;

/* Of any type, opened or accepted by the program itself: no pair, nothing of libc's or a shell's.
 */
bool rule_is_own_descriptor(const struct model *model, uint32_t socket);
/* Opened or accepted by the program itself: a stream, no pair, nothing of libc's or a shell's. */
bool rule_is_own_socket(const struct model *model, uint32_t socket);
/* An own socket that was connected. */
bool rule_is_own_connection(const struct model *model, uint32_t socket);
/* The same, and made by connect(). */
bool rule_is_client_connection(const struct model *model, uint32_t socket);

/* Of all kinds that a socket is; needs a scene with model and settings. */
uint16_t rule_kinds(const struct rule_scene *scene, uint32_t socket);
/* The first socket from `from` on that is of all these kinds; the model's sockets_count: none. A
 * rule looks at millions of sockets this way without touching their rows. */
uint32_t rule_next(const struct rule_scene *scene, unsigned int kinds, uint32_t from);
#define RULE_EACH(socket, scene, kinds)                                                            \
	for (uint32_t socket = rule_next(scene, kinds, 0);                                         \
	     (socket) < (scene)->model->sockets_count;                                             \
	     (socket) = rule_next(scene, kinds, (socket) + 1))

/* It was not killed, is not live and did not become another program. */
bool rule_process_is_done(const struct model_process *process);
/* Its descriptor was left to the end of a process that is done. */
bool rule_is_descriptor_left(const struct model *model, uint32_t socket);
/* The same, and the connection was not about to close. */
bool rule_is_left_open(const struct model *model, uint32_t socket);
/* Another process has it too: its end here may not be its end. */
bool rule_is_in_other_process(const struct rule_scene *scene, uint32_t socket);

/* Since when nothing was sent or received, a goodbye aside; its connect without any I/O. */
int64_t rule_silent_since_ns(const struct model_socket *socket);
/* When the last of its owners and users was gone; INT64_MAX while one is there, TIME_NONE: none. */
int64_t rule_holders_gone_ns(const struct model *model, const struct model_socket *socket);
/* All its owners are Python's, which closes what nobody reaches any more, and well known. */
bool rule_has_python_owners(const struct model *model, const struct model_socket *socket);
/* All its owners are handles of C libraries. */
bool rule_has_c_owners(const struct model *model, const struct model_socket *socket);
/* One of its owners or users is Python's and alive to the end. */
bool rule_has_live_python_holder(const struct model *model, const struct model_socket *socket);
/* Its only owners give it away: http.client's connection to the response that it makes. */
bool rule_is_handed_over(const struct model *model, const struct model_socket *socket);
/* One of its owners is a pool that is still there: it rests until it is wanted again. */
bool rule_is_pooled(const struct model *model, const struct model_socket *socket);

#endif
