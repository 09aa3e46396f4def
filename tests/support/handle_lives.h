/* What tests of C client libraries ask of a report: the lives of handles. One thread. */
#ifndef SOCKLIFE_TESTS_HANDLE_LIVES_H
#define SOCKLIFE_TESTS_HANDLE_LIVES_H

#include <stddef.h>

#include "report.h"
#include "subject.h"

/* `PROGRAM SCENARIO WHERE` of tests/subjects, recorded, in agreement with strace. */
void client_run(struct subject *subject, const char *program, const char *scenario,
		const char *where);

/* How it connected, how many sockets it opened, and how it ended. */
void expect_life(const struct subject *subject, const char *class, long long nth,
		 const char *connects, size_t opened, const char *end);

/* Every TCP socket that was made to connect has an owner. */
void expect_all_owned(const struct subject *subject);

/* Of every such socket the first owner is of the one class, the second of the other. */
void expect_chain(const struct subject *subject, const char *inner, const char *outer);

#endif
