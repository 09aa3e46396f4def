/*
 * What the threads of the harness do. Sockets are made and closed by raw system calls: those of
 * libc are intercepted by ThreadSanitizer, which takes them for an order between threads that the
 * recorder must not rely on.
 */
#ifndef SOCKLIFE_TSAN_H
#define SOCKLIFE_TSAN_H

#include <stdbool.h>

#define SHARED_COUNT 4

/* Ends the process with status 2 unless what was tried is true. */
void must(bool is_good, const char *what);

/* The sockets that all threads use and replace by dup2(); does nothing the second time. */
void shared_open(void);

/* One round of one thread: sockets of its own, the shared ones, an object. */
void round_common(int round);
/* What happens rarely, one thing a round: snapshots, exec that fails, notes, passed sockets … */
void round_rare(int round);
/* A child that records a little and ends; waited for. */
void round_fork(void);

/* Reads every record that is committed, as a live viewer does, until it is told to stop. */
void *viewer_run(void *is_done);

#endif
