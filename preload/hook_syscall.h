/*
 * What hook_syscall.c (descriptors, processes, the entry) and hook_syscall_socket.c (sockets and
 * their traffic) share: handlers take syscall()'s own arguments.
 */
#ifndef SOCKLIFE_HOOK_SYSCALL_H
#define SOCKLIFE_HOOK_SYSCALL_H

#include "real.h"

#define SYSCALL_PARAMETERS long number, long a, long b, long c, long d, long e, long f
#define SYSCALL_REAL()     REAL(syscall)(number, a, b, c, d, e, f)

typedef long (*syscall_fn)(SYSCALL_PARAMETERS);

/* The handler of a number, NULL when it is of no interest. */
syscall_fn syscall_socket_handler(long number);
syscall_fn syscall_transfer_handler(long number);

/* hook_filters.c: calls that may put a seccomp filter on the program. */
long syscall_prctl(SYSCALL_PARAMETERS);
long syscall_seccomp(SYSCALL_PARAMETERS);

#endif
