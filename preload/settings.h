/*
 * What the environment asks of the library: SOCKLIFE_TRACE and SOCKLIFE_OPTIONS. Read once in the
 * constructor and constant from then on, so any thread and any signal handler may read it.
 */
#ifndef SOCKLIFE_SETTINGS_H
#define SOCKLIFE_SETTINGS_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

/* dump_at's value for "when there is no descriptor left"; beyond every number of sockets. */
#define SETTINGS_DUMP_AT_EMFILE (UINT64_C(1) << 32)

struct settings {
#define SETTING(name, value, least, most, text) uint64_t name;
#include "settings.def"
	char trace_directory[PATH_MAX]; /* absolute; "" when the working directory is unreachable */
};

extern struct settings settings;

/* Call once, after environment_hide(). */
void settings_read(void);

/*
 * Parses `text` ("key=value:key=value") into *into; on the first fault copies the faulty item (at
 * most size_bytes, always terminated) to `fault` and goes on with the rest. Returns the number of
 * faults. Pure: for tests and fuzzing.
 */
size_t settings_parse(const char *text, struct settings *into, char *fault, size_t size_bytes);

#endif
