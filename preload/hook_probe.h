/*
 * libunwind asks whether an address can be read by writing a byte of it into a pipe, which it makes
 * at its first use and keeps (src/mi/Gaddress_validator.c). In a program's process that pipe would
 * take two of the program's numbers, and once the program had closed "all descriptors" and reused
 * them, libunwind would write into the program's own files. So libunwind gets a number from pipe2()
 * that names nothing, and its writes to it are answered here.
 */
#ifndef SOCKLIFE_HOOK_PROBE_H
#define SOCKLIFE_HOOK_PROBE_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "guard.h"

#define HOOK_PROBE_FD INT_MAX /* the kernel never gives it: fs.nr_open is at most 2^30 */

static inline bool hook_is_probe(int fd)
{
	if (__builtin_expect(fd != HOOK_PROBE_FD, 1) || !guard_is_up())
		return false;
	errno = 0; /* it reads on while errno is EINTR, whatever read() returned */
	return true;
}

/* What write(fd, address, 1) to a pipe would return: 1, or -1 with EFAULT. */
ssize_t hook_probe(const void *address);

#endif
