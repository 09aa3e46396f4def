/*
 * Runs a program of examples/ under `socklife run` and strace, and holds the report to what the
 * program itself printed by examples/witness.py (its sockets by /proc at every step, its objects'
 * ends by weakref.finalize) and to what strace saw. Nothing that is returned is owned by the
 * caller. One thread.
 */
#ifndef SOCKLIFE_TESTS_EXAMPLE_H
#define SOCKLIFE_TESTS_EXAMPLE_H

#include <stdbool.h>
#include <stddef.h>

#include "subject.h"

#define EXAMPLE_CONNECTIONS_MAX 32

/* One line that the program printed about its sockets. */
struct example_step {
	double time_s; /* of the report: from its start */
	long long pid;
	size_t unix_sockets;
	struct example_connection {
		char local[64], peer[64], state[16];
	} connections[EXAMPLE_CONNECTIONS_MAX];
	size_t count;
};

/*
 * Runs examples/PROGRAM and asserts that it ended with 0 and that report and witnesses agree.
 * run_options go to `socklife run` (NULL: none).
 */
void example_run(struct subject *subject, const char *const run_options[], const char *program,
		 const char *const arguments[]);

/* The time that the program printed with a fact, as the report counts it. */
double example_time_s(const struct subject *subject, const char *fact);
/* What the program printed about its sockets at a step; aborts when there is no such step. */
void example_step_read(const struct subject *subject, const char *name, struct example_step *step);
size_t example_step_count(const struct subject *subject, const char *name);
/* The report's row of the only connection to `peer` (NULL: to anybody) at a step. */
json_t *example_connection(const struct subject *subject, const char *step, const char *peer);
/* The nth (from 1) connection to `peer`, in order of birth, and how many there are. */
json_t *example_opened(const struct subject *subject, const char *peer, size_t nth);
size_t example_opened_count(const struct subject *subject, const char *peer);
/* Whether the report has the socket open, not closed yet, at a step. */
bool example_is_open(const struct subject *subject, const json_t *socket, const char *step);

/* The report's row of the object that the program watches under this name. */
json_t *example_object(const struct subject *subject, const char *name);
/* The nth (from 1) instance of a class. */
json_t *example_instance(const struct subject *subject, const char *class, long long number);
/* How many instances of a class the report has. */
size_t example_instances(const struct subject *subject, const char *class);

/* The row that the nth (from 0) id of row[list] names, and the object that made this one; both
 * abort when there is none. */
json_t *example_linked(const struct subject *subject, const json_t *row, const char *list,
		       size_t nth);
json_t *example_maker(const struct subject *subject, const json_t *object);
/* The only socket that the object of this name opened. */
json_t *example_socket(const struct subject *subject, const char *name);

/* Whether a list of ids ("opened", "owners" …) holds this row's id. */
bool example_has(const json_t *row, const char *list, const json_t *other);
/* The object's connects, and how many sockets it opened, used and left open. */
void example_expect(const json_t *object, const char *connects, size_t opened, size_t used,
		    size_t open_at_end);

#endif
