/* Compares the traces of one run with the program's own log of it. One thread. */
#ifndef SOCKLIFE_TESTS_RANDOM_CHECK_H
#define SOCKLIFE_TESTS_RANDOM_CHECK_H

#include <stddef.h>

#include "lives.h"

struct random_sums {
	unsigned long long sockets, processes, uncommitted;
};

/* The number of contradictions, each of which is told on stderr; adds to *sums. */
size_t random_check(const struct lives *lives, const char *trace, struct random_sums *sums);

#endif
