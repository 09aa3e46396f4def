/*
 * Can this library come along into a program that is about to run? Tells by the file's headers, as
 * exec and the loader will. Only what is certain is an obstacle: a file that cannot be read, or
 * says nothing of itself, has none. Stateless system calls; errno is left alone. Any thread, any
 * signal handler, a vfork child. Files are untrusted.
 */
#ifndef SOCKLIFE_OBSTACLE_H
#define SOCKLIFE_OBSTACLE_H

#include <limits.h>
#include <stdbool.h>

enum obstacle {
	OBSTACLE_NONE,
#define OBSTACLE(NAME, reason) OBSTACLE_##NAME,
#include "obstacles.def"
#undef OBSTACLE
};

/*
 * The path of a program's name: when searched, a name without a slash is looked for in PATH, as
 * execvp(3) does. False when nothing is found, or there is no room.
 */
bool obstacle_search(const char *name, bool is_searched, char path[PATH_MAX]);

/* What the file, or the interpreter that its first line names, opposes. */
enum obstacle obstacle_of(const char *path);

const char *obstacle_text(enum obstacle obstacle);

#endif
