/*
 * What the verdict on an object needs to know of all its sockets together. Private to verdict*.c.
 */
#ifndef SOCKLIFE_VERDICT_FACTS_H
#define SOCKLIFE_VERDICT_FACTS_H

#include <stdbool.h>
#include <stdint.h>

struct model;
struct model_socket;

struct verdict_facts {
	uint32_t connections;       /* that it opened */
	uint32_t failures;          /* connects that came to nothing */
	int error;                  /* errno of the last of them */
	int64_t first_connected_ns; /* after the object's creation; TIME_NONE */
	bool is_shared;             /* others sent on them too */
	uint32_t server_closed;     /* closed first by the peer while we said nothing more */
	int64_t server_idle_ns;     /* the shortest silence before that; TIME_NONE not known */
	uint32_t reconnected;       /* opened after the server had closed an earlier one */
	uint32_t open_at_end;
	uint32_t most_at_once;
	uint32_t last; /* the connection that ended last: socket index, MODEL_NONE */
};

void verdict_facts_fill(struct verdict_facts *facts, const struct model *model, uint32_t object);

/* On the connections that it opened; `is_enough`: of the first that has any, which says whether. */
uint64_t verdict_sends(const struct model *model, uint32_t object, bool is_enough);

/* The server closed it, and not in answer to our goodbye. */
bool verdict_is_server_closed(const struct model_socket *socket);

struct verdict_made {
	uint32_t sessions, clients, engines, plumbing;
	uint32_t opener; /* the first of them that opened a socket; MODEL_NONE */
};

/* Counts all that an object made, and what those made in turn. */
void verdict_made_count(struct verdict_made *made, const struct model *model, uint32_t object);

#endif
