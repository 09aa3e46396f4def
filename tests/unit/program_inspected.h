/*
 * What the tests of programs share. Failures abort the test. One thread.
 */
#ifndef SOCKLIFE_TESTS_PROGRAM_INSPECTED_H
#define SOCKLIFE_TESTS_PROGRAM_INSPECTED_H

#include <stdbool.h>

#include "program.h"

/* program_inspect(), which must say `expected`, and give a reason unless that is STATUS_OK. */
struct program inspected(const char *command, enum status expected);
/* Whether it can be recorded, and that there is a reason exactly when it cannot. */
void check_recordable(const struct program *program, bool expected);

#endif
