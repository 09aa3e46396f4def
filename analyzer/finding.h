/*
 * Findings: what the rules judged wrong, between the model and whoever reads it (policy,
 * renderers). rules.def is the only list of rules. Alike findings (same rule, place and class in
 * one program) are one row with a count. Rows are in order of severity, the gravest first, then of
 * the first time. Strings belong to the findings and may hold any bytes: renderers escape them. One
 * thread.
 */
#ifndef SOCKLIFE_FINDING_H
#define SOCKLIFE_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct frame;
struct model;
struct symbols;

enum finding_severity {
	FINDING_OFF, /* the rule is switched off: such rows are never made */
	FINDING_NOTE,
	FINDING_WARNING,
	FINDING_ERROR
};

enum rule {
#define RULE(NAME, ...) RULE_##NAME,
#include "rules.def"
	RULE_COUNT
};

/* What a user may set; findings_settings_init() gives the defaults of rules.def. */
struct finding_settings {
	enum finding_severity severities[RULE_COUNT];
	int64_t grace_ns;        /* sockets that closed, or were closing, so late are no leak */
	int64_t close_wait_ns;   /* how long may we hold what the peer has closed? */
	int64_t outlive_ns;      /* how long may a socket outlive its last owner? */
	int64_t slow_connect_ns; /* how long may connecting take? */
	uint32_t growth_least;   /* sockets of one call site that pile up */
	uint32_t no_reuse_least; /* connections one after another */
};

struct finding {
	enum rule rule;
	enum finding_severity severity;
	const char *message; /* one line: what happened, to whom, how often */
	const char *fix;     /* names the API to use */
	uint32_t process;    /* of the first; indices of the model, MODEL_NONE */
	uint32_t socket;
	uint32_t object;        /* the owner, or the object itself */
	const char *class_name; /* of the object; NULL none */
	const char *peer;       /* address of the first socket's peer; NULL none */
	const char *peer_name;
	const struct frame *at; /* the program's own frame; NULL unknown; belongs to the symbols */
	uint32_t stack;         /* where `at` is from; MODEL_NONE */
	uint32_t count;
	int64_t first_ns, last_ns; /* of the things it is about; TIME_NONE */
	uint64_t fingerprint;    /* rule, program, file and function, class: no line, pid or port */
	const uint32_t *sockets; /* all that it is about; NULL when about objects alone */
	uint32_t socket_count;
};

struct findings {
	struct finding *rows;
	uint32_t count;
	uint32_t leaked_count; /* sockets that `leaked` is about: totals.leaked */
	struct findings_memory *memory;
};

/* "error", "warning", "note", "off"; false when the word is none of them. */
const char *finding_severity_word(enum finding_severity severity);
bool finding_severity_parse(const char *word, enum finding_severity *severity);

/* "leaked"; RULE_COUNT when there is none of that name. */
const char *rule_name(enum rule rule);
enum rule rule_find(const char *name);
const char *rule_summary(enum rule rule); /* one line, no full stop */

/* The long story for `explain`: plain text, each a paragraph. */
struct rule_story_parts {
	const char *meaning;  /* when it is told */
	const char *matter;   /* why that is bad */
	const char *harmless; /* when it is not, and what is not told */
};
const struct rule_story_parts *rule_story(enum rule rule);
/* Walks the advice that findings of a rule may bring, and for which classes (a glob) it is; NULL
 * when there is no more. */
const char *rule_advice(enum rule rule, uint32_t index, const char **classes);
enum finding_severity rule_default_severity(enum rule rule);

void finding_settings_init(struct finding_settings *settings);

/* Runs every rule that is not off on a matched model, which must outlive the findings. */
enum status findings_init(struct findings *findings, const struct model *model,
			  struct symbols *symbols, const struct finding_settings *settings,
			  struct error *error);
void findings_release(struct findings *findings);

#endif
