/*
 * One sentence about an object that a person understands, computed from the model's facts and from
 * nothing else: did it connect, was it used, who closed, what is left. Needs a model that the
 * matcher has completed. One thread.
 */
#ifndef SOCKLIFE_VERDICT_H
#define SOCKLIFE_VERDICT_H

#include <stdint.h>

struct model;
struct terminal;

#define VERDICT_SIZE 400

/* What a verdict says, numbers and names aside: two objects with the same bits have fared alike. */
enum verdict_phrase {
	VERDICT_NEVER_CONNECTED,
	VERDICT_NO_CONNECTION, /* but it made other objects */
	VERDICT_PASSES_ON,     /* its sockets are those of what it made */
	VERDICT_CONNECT_FAILED,
	VERDICT_AT_CREATION,
	VERDICT_ON_FIRST_USE,
	VERDICT_BY_TASK, /* weaker: inferred from a task or a thread */
	VERDICT_SEVERAL, /* more than one connection */
	VERDICT_BORROWED,
	VERDICT_USED,
	VERDICT_UNUSED,
	VERDICT_CLOSED_BY_SERVER,
	VERDICT_RECONNECTED,
	VERDICT_STILL_CONNECTED,
	VERDICT_HALF_CLOSED, /* the server closed, we hold on to the end */
	VERDICT_RETURNED,    /* another object holds what it opened or borrowed */
	VERDICT_LEFT_OPEN,   /* it is gone and nobody holds what it opened */
	VERDICT_CLOSED_BY_PROGRAM,
	VERDICT_CLOSED_BEHIND, /* by the program, in no call of the C handle */
	VERDICT_CLOSED_WITH_OBJECT,
	VERDICT_CLOSED_BY_COLLECTOR,
	VERDICT_BROKEN,
	VERDICT_ENDED_OTHERWISE,
};

struct verdict {
	uint32_t phrases;        /* bits 1 << enum verdict_phrase */
	char text[VERDICT_SIZE]; /* escaped; always terminated */
};

void verdict_object(struct verdict *verdict, const struct terminal *terminal,
		    const struct model *model, uint32_t object);
/* Its phrases alone, which is much quicker. */
uint32_t verdict_phrases(const struct model *model, uint32_t object);

#endif
