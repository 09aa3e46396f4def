/*
 * What every rule looks at and where it puts its judgements. Private to rule*.c. A rule is a pair
 * of functions, named by the last columns of rules.def: rule_NAME() walks the model and judges,
 * rule_describe_NAME() writes the message of a row of like judgements. One thread.
 */
#ifndef SOCKLIFE_RULE_SCENE_H
#define SOCKLIFE_RULE_SCENE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "finding.h"

struct model;
struct model_socket;
struct rule_rows;

/* One thing that is wrong, before like ones become one finding. */
struct rule_judgement {
	enum rule rule;
	uint32_t process, socket, object; /* MODEL_NONE: none */
	uint32_t stack;                   /* where the program did it */
	int64_t time_ns;                  /* when it came to be so */
	int64_t value_ns;                 /* how long, where that matters; TIME_NONE */
	int number;                       /* errno, descriptor or count, by the rule; 0 none */
	uint32_t other;                   /* the other process; MODEL_NONE */
};

/* Like judgements: the first one, and what all of them have together. */
struct rule_row {
	struct rule_judgement first;
	uint32_t count;
	int64_t first_ns, last_ns;
	int64_t most_ns;      /* the largest value_ns */
	bool has_other_peers; /* not all went to the first one's peer */
	uint32_t *sockets;
	uint32_t socket_count, socket_room;
};

enum rule_site_kind {
	RULE_SITE_CLIENT, /* connections that it made to one peer */
	RULE_SITE_SERVER, /* connections that it accepted */
	RULE_SITE_OTHER   /* datagram sockets, and streams that were never connected, to one peer */
};

/* Sockets of one process and place, neighbours in rule_scene.site_sockets by birth. */
struct rule_site {
	enum rule_site_kind kind;
	uint32_t first, count;
};

struct rule_scene {
	const struct model *model;
	struct symbols *symbols;
	const struct finding_settings *settings;
	struct rule_rows *rows;
	uint16_t *kinds;   /* by socket: enum rule_kind */
	uint32_t *holders; /* by socket: object_holder() */
	bool *is_told;     /* by socket: a rule has told what is wrong with its end */
	uint32_t *site_sockets;
	uint32_t site_socket_count;
	struct rule_site *sites;
	uint32_t site_count;
	uint32_t *shared_sockets; /* those that more than one process had, by cookie */
	uint32_t shared_count;
	bool is_whole; /* false: out of memory */
};

#define RULE(NAME, name, severity, text, function, fix)                                            \
	void rule_##function(struct rule_scene *scene);                                            \
	void rule_describe_##function(const struct rule_scene *scene, const struct rule_row *row,  \
				      FILE *out);
#include "rules.def"

/* A judgement on a socket: about its holder, at the place where it was opened, from its birth. */
struct rule_judgement rule_judgement_of(const struct rule_scene *scene, enum rule rule,
					uint32_t socket);
void rule_judge(struct rule_scene *scene, const struct rule_judgement *judgement);
/* The same for a socket's end, which no later rule then tells again. */
void rule_judge_end(struct rule_scene *scene, const struct rule_judgement *judgement);

#endif
