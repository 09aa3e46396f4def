/*
 * Private to environment.c, which takes variables out, and environment_child.c, which gives them to
 * children. Constant once environment_hide() has returned.
 */
#ifndef SOCKLIFE_ENVIRONMENT_HIDDEN_H
#define SOCKLIFE_ENVIRONMENT_HIDDEN_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define ENVIRONMENT_PRELOAD       "LD_PRELOAD="
#define ENVIRONMENT_VARIABLES_MAX 16

struct environment_hidden {
	bool is_followed; /* LD_PRELOAD brought us here and can do so again in a child */
	char library[PATH_MAX];
	size_t library_size;
	char *variables[ENVIRONMENT_VARIABLES_MAX];
	size_t variable_count;
	char *room; /* copies: programs overwrite their first environment (setproctitle) */
	size_t room_left;
};

extern struct environment_hidden environment_hidden;

bool environment_begins(const char *entry, const char *prefix);

/* Our entry in a list: the one with our file's name. NULL when we are not in it. */
const char *environment_find_preload(const char *list, size_t *size);

#endif
