/*
 * Which frames are the program's own, told from paths alone: not the system's libraries, not a
 * language's standard library, not an installed package. Pure functions, thread-safe.
 */
#ifndef SOCKLIFE_SYMBOLS_OWN_H
#define SOCKLIFE_SYMBOLS_OWN_H

#include <stddef.h>

struct frame;

/*
 * The frame to show a person; NULL when count is 0. `exe` is the main executable, whose code is
 * the program's own wherever it stands.
 */
const struct frame *symbols_own_choose(const struct frame *frames, size_t count, const char *exe);

#endif
