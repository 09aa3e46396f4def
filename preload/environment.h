/*
 * The hidden environment: the program sees its environment as without socklife, and the programs
 * it starts are followed all the same. This module owns what the constructor took out of `environ`
 * (our entry in LD_PRELOAD, the variables of environment.def) and puts it back for children only.
 *
 * environment_hide() runs once, in the constructor, while the process has one thread. Everything
 * else may be called from any thread, from a signal handler and in a vfork child: no malloc, no
 * locks, nothing written but the caller's own memory (environment_lend() excepted, see there).
 */
#ifndef SOCKLIFE_ENVIRONMENT_H
#define SOCKLIFE_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

/* Between the files of SOCKLIFE_HANDLES, as in PATH. */
#define ENVIRONMENT_FILES_SEPARATOR ':'

/* Takes our variables out of `environ`, in place, and remembers them. */
void environment_hide(void);

/*
 * The value of one of our variables, by its whole name ("SOCKLIFE_OPTIONS"), as it was at start;
 * paths in it are absolute. NULL when it was not set. Works only after environment_hide().
 */
const char *environment_get(const char *name);

/* LD_PRELOAD brought us here, so a child whose environment is not extended goes unrecorded. */
bool environment_is_followed(void);

/* Room that environment_extend() needs for this environment; a multiple of sizeof(char *). */
size_t environment_extended_size(char *const environment[]);

/*
 * Builds in `room` the environment for a child: the given one, with our library put first in its
 * LD_PRELOAD and our variables added unless it names them itself. Returns `room`, or `environment`
 * itself when there is nothing to add.
 */
char *const *environment_extend(char *const environment[], void *room, size_t room_size_bytes);

/*
 * For system() and popen(), which read `environ` inside libc: puts an extended one in its place.
 * Give what it returns to environment_take_back(). Swaps nothing (and returns NULL) when another
 * thread's swap is under way or memory is short; such a child is then not followed.
 */
char **environment_lend(void);
void environment_take_back(char **lent);

/* In a forked child: the thread that was in system() is not here to take its environment back. */
void environment_forked(void);

#endif
