/*
 * The limits of a policy, held against a recording: each that is broken is a row like a finding.
 * One thread.
 */
#ifndef SOCKLIFE_POLICY_LIMITS_H
#define SOCKLIFE_POLICY_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "policy.h"

struct frame;
struct model;
struct summary;
struct symbols;

struct policy_breach {
	enum policy_key key;
	const char *glob; /* of a limit that has one; belongs to the policy; NULL none */
	uint64_t allowed, actual;
	char message[512];      /* one line; may hold any bytes of names */
	const struct frame *at; /* where the first one too many came from; NULL unknown */
	uint32_t process;       /* of that place; MODEL_NONE */
};

struct policy_breaches {
	struct policy_breach *rows;
	size_t count;
};

struct policy_measure {
	const struct model *model;
	struct symbols *symbols;
	const struct summary *summary;
	uint64_t leaked; /* sockets, suppressed ones left out */
};

/* Fails only with STATUS_NO_MEMORY; nothing is left to release then. */
enum status policy_breaches_init(struct policy_breaches *breaches, const struct policy *policy,
				 const struct policy_measure *measure, struct error *error);
void policy_breaches_release(struct policy_breaches *breaches);

#endif
