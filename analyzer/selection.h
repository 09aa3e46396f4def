/*
 * Which sockets a report shows: what the user asked for, and what is left out for people.
 */
#ifndef SOCKLIFE_SELECTION_H
#define SOCKLIFE_SELECTION_H

#include <stdbool.h>
#include <stdint.h>

struct model;

#define SELECTION_END_OPEN "open" /* asks for sockets whose end is not known, or not yet */

/* What the user asked for; NULL and false ask for nothing. The strings are not owned. */
struct selection {
	const char *process; /* p2, a pid, or a glob for the name of the program */
	const char *peer;    /* a glob for the peer's address or name */
	const char *origin;  /* a word of trace_values.def */
	const char *end;     /* a word of trace_values.def, or "open" */
	bool is_open_only;   /* open at the end */
	bool with_noise;
	bool without_folding;
};

/* Passes the user's filters. */
bool selection_has(const struct selection *selection, const struct model *model, uint32_t socket);
bool selection_has_process(const struct selection *selection, const struct model *model,
			   uint32_t process);

/* Datagrams, netlink, what a resolver makes, and standard streams that happen to be sockets: left
 * out for people unless they ask, because they are no connection of the program's own. */
bool selection_is_noise(const struct model *model, uint32_t socket);

#endif
