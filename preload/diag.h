/*
 * The library's only voice: one line on the program's stderr when recording had to stop.
 * Signal-safe: no stdio, no malloc, one write(2) by the kernel's door.
 */
#ifndef SOCKLIFE_DIAG_H
#define SOCKLIFE_DIAG_H

#include <stdbool.h>

/*
 * Writes "socklife: SUBJECT: REASON\n". error is an errno value whose name is appended, 0 for none.
 * Silent after the first line of a process, so that a program's stderr is never flooded. Returns
 * whether it wrote.
 */
bool diag_line(const char *subject, const char *reason, int error);

/* The option quiet=1: nothing is ever written. */
void diag_silence(void);

#endif
