/*
 * The handles that are alive, by address: a fixed, lock-free table, mapped when the first library
 * of the catalog is found. Any thread, any signal handler. When it is full, further handles are not
 * tracked and a gap is noted.
 *
 * An entry that was freed may be another handle's the next moment, so whoever keeps one keeps a
 * reference: the entry's number and how often it had been used by then.
 */
#ifndef SOCKLIFE_HANDLE_TABLE_H
#define SOCKLIFE_HANDLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorder.h"

#define HANDLE_ENTRIES_MAX 65536

struct handle_ref {
	uint32_t number; /* from 1; 0: none */
	uint32_t serial;
};

/* See handle_overlap.h. A call is known by its cookie. */
struct handle_overlap {
	uint64_t occupant;  /* atomic: the call that is under way, 0 none */
	uint64_t contested; /* atomic: the one that another thread came to last, 0 none */
	struct recorder_overlap seen;
	uint32_t first_tid; /* who was in it */
	uint32_t forks;     /* recorder_forks() then */
	uint32_t arrivals;  /* atomic */
	uint8_t is_seeing;  /* atomic */
	bool is_told;       /* atomic */
};

struct handle_entry {
	uint64_t address;            /* 0: not known yet */
	struct handle_ref whole;     /* a part's: what it stands for */
	struct handle_ref container; /* what it was moved into */
	uint32_t serial;
	uint32_t next_free;
	uint32_t object;    /* the recorder's, 0 not announced */
	uint32_t forks;     /* recorder_forks() when it was */
	uint32_t socket;    /* the last one that it connected */
	uint32_t announcer; /* atomic: the thread that announces it */
	uint16_t type;      /* of the catalog */
	bool was_announced; /* in this process or in one that it was forked from */
	bool has_members;   /* handles are in it that end with it */
	bool is_for_one_thread;
	struct handle_overlap overlap; /* of such a one */
};

extern const char handle_table_full[]; /* the note */

/* Maps the table; false when there is no room. */
bool handle_table_start(void);

/* An entry that no address leads to yet; none when the table is full. */
struct handle_ref handle_table_take(uint16_t type);
/* Gives an entry back; no address may lead to it any more. */
void handle_table_give_back(struct handle_ref ref);

/* Owned by handle_table.c; [0] is never used, since numbers begin at 1. */
extern struct handle_entry *handle_entries;

/* NULL when the entry has been given back since. Inline: every call of a handle's asks. */
static inline struct handle_entry *handle_table_entry(struct handle_ref ref)
{
	struct handle_entry *entry = &handle_entries[ref.number];

	return ref.number != 0 && __atomic_load_n(&entry->serial, __ATOMIC_ACQUIRE) == ref.serial
		       ? entry
		       : NULL;
}

/* The reference that leads to the numbered entry, from 1 on; none behind the last one. */
struct handle_ref handle_table_numbered(uint32_t number);

/* The handle at this address. */
struct handle_ref handle_table_find(uint64_t address);
/* From now on the address leads to it; false when there is no room. */
bool handle_table_publish(struct handle_ref ref, uint64_t address);
/* The address leads to nothing any more; returns what it led to. */
struct handle_ref handle_table_claim(uint64_t address);

#endif
