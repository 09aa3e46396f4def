/*
 * INI text, read by inih, with the line and the section of each value: sections of the same name
 * are told apart, and one that holds nothing is told too. One thread.
 */
#ifndef SOCKLIFE_POLICY_INI_H
#define SOCKLIFE_POLICY_INI_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct policy_ini_value {
	const char *path;
	uint64_t line;
	uint64_t section;         /* counts from 1; 0: before any */
	const char *key;          /* NULL: the section begins, and this is all that is told */
	const char *section_name; /* the first 49 bytes of it */
	const char *value;        /* without space around it; lines that go on come one by one */
};

/* STATUS_OK, or what ends the reading, with *error filled. */
typedef enum status (*policy_ini_take)(void *context, const struct policy_ini_value *value,
				       struct error *error);

enum status policy_ini_parse(const char *path, const char *bytes, size_t size_bytes,
			     policy_ini_take take, void *context, struct error *error);

#endif
