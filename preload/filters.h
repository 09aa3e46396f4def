/*
 * The seccomp filters that the program puts on itself (seccomp(2)). They may kill for a call that
 * the program never makes, and the recorder does: sshd's children before authentication are held
 * so. From its first filter on, every system call of ours is put to the program's filters here, as
 * the kernel would put it to them; only what all of them allow is made, and the rest fails with
 * EPERM. Filters that were there before the program started cannot be read (ptrace(2), of
 * PTRACE_SECCOMP_GET_FILTER) and are not known.
 *
 * Any thread, any signal handler. No memory is asked for, no lock taken.
 */
#ifndef SOCKLIFE_FILTERS_H
#define SOCKLIFE_FILTERS_H

#include <stdbool.h>
#include <stddef.h>

struct sock_fprog;

/*
 * Around the program's own call that adds a filter. Between the two no call of ours is made, in any
 * thread, since some would meet the filter and nobody knows it yet.
 * program: as given to the kernel, and read only after it has taken it (is_added); NULL stands for
 * SECCOMP_MODE_STRICT, which allows read, write and the thread's end alone.
 */
void filters_adding(void);
void filters_added(const struct sock_fprog *program, bool is_added);

/* Would this call of ours be made, and get an answer from the kernel itself? */
bool filters_allow(long number, const long arguments[6]);

/* Is what libunwind and the dynamic loader call among what the program's filters allow? */
bool filters_allow_unwinding(void);

/* Could this library start in a program that inherits the filters by exec? */
bool filters_allow_recording(void);

#endif
