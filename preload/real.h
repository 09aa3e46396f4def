/*
 * The functions behind our hooks: libc's, or those of the next preloaded library.
 *
 * real_resolve() runs once, in the constructor; from then on REAL() is one load and safe anywhere.
 * Before that (constructors of libraries initialised ahead of ours call hooks) REAL() looks a
 * function up by itself. It never yields NULL: a function that libc lacks is replaced by one that
 * says so (hooks.def).
 */
#ifndef SOCKLIFE_REAL_H
#define SOCKLIFE_REAL_H

#include <assert.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <pty.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* What _FORTIFY_SOURCE calls; glibc declares them only there (debug/read_chk.c and its like). */
ssize_t __read_chk(int fd, void *buffer, size_t size, size_t room);
ssize_t __pread_chk(int fd, void *buffer, size_t size, off_t offset, size_t room);
ssize_t __pread64_chk(int fd, void *buffer, size_t size, off64_t offset, size_t room);
int __vdprintf_chk(int fd, int flag, const char *restrict format, va_list arguments);
int __dprintf_chk(int fd, int flag, const char *restrict format, ...);
ssize_t __recv_chk(int fd, void *buffer, size_t size, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void *buffer, size_t size, size_t room, int flags,
		       __SOCKADDR_ARG address, socklen_t *address_size);

/* The prototypes are libc's own, never retyped. */
struct real {
#define HOOK(name, missing) __typeof__(&(name)) name;
#include "hooks.def"
};

enum real_function {
#define HOOK(name, missing) REAL_##name,
#include "hooks.def"
	REAL_FUNCTION_COUNT
};

extern struct real real;

void real_resolve(void);

/* Looks one function up and keeps it in `real`. */
void *real_find(enum real_function function);

#define REAL(name)                                                                                 \
	(__builtin_expect(real.name != NULL, 1) ? real.name                                        \
						: (__typeof__(real.name))real_find(REAL_##name))

#endif
