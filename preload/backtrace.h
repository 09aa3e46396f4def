/*
 * Native call stacks: by our own unwinder (unwind.h), and where that declines by libunwind's fast
 * path where it pays, glibc's backtrace() elsewhere.
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

#include "unwind_path.h"

/* Loads both unwinders if they are not there yet and this moment allows it. */
void backtrace_load(void);

/* After a fork. */
void backtrace_forked(bool had_threads);

/*
 * Return addresses, innermost first, at most max; 0 when there is no unwinder. While another thread
 * loads them it waits for that one, 0.2 s at most and never in a signal handler. 0 as well when the
 * stack is known: path->known tells its number. The new path is for unwind_path_keep(), by which
 * it becomes so; NULL: nothing is to be known or kept.
 */
size_t backtrace_capture(uint64_t *frames, size_t max, bool is_main_thread,
			 struct unwind_path *path);

/*
 * What is remembered of code and stacks is no longer true: modules have come or gone, or the
 * numbers of stacks begin anew.
 */
void backtrace_forget(void);

/* True for an address inside libunwind. */
bool backtrace_is_unwinder(const void *address);

#endif
