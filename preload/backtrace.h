/*
 * Native call stacks: libunwind's fast path where it pays, glibc's backtrace() elsewhere.
 *
 * libunwind is loaded privately, never linked: libunwind.so exports _Unwind_*, and linked in it
 * would capture the exception handling of every C++ library that the program opens with dlopen.
 * Its fast path builds a cache of 256 KiB in every thread (about 200 us), so a thread has to earn
 * it by BACKTRACE_THREAD_EARNS stacks; before that glibc's unwinder serves it (libgcc's, lock-free
 * since _dl_find_object of glibc 2.35).
 *
 * Loading takes malloc and the loader's locks, which a signal handler may not: it is put off until
 * a stack is wanted outside of one. After a fork while other threads ran, a lock may be held for
 * ever: such a child keeps to what was loaded before, and to glibc's.
 *
 * Call with the guard up: unwinders make hooked calls themselves. May clobber errno.
 */
#ifndef SOCKLIFE_BACKTRACE_H
#define SOCKLIFE_BACKTRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Loads both unwinders if they are not there yet and this moment allows it. */
void backtrace_load(void);

/* After a fork. */
void backtrace_forked(bool had_threads);

/*
 * Return addresses, innermost first, at most max; 0 when there is no unwinder. While another thread
 * loads them it waits for that one, 0.2 s at most and never in a signal handler.
 */
size_t backtrace_capture(uint64_t *frames, size_t max, bool is_main_thread);

/* True for an address inside libunwind. */
bool backtrace_is_unwinder(const void *address);

#endif
