/*
 * For programs that wish to be told apart: marks that say where a program is (which test runs),
 * so that a report can say what happened meanwhile, and objects of their own, so that it can say
 * which of them opened a socket. Safe to call when socklife is absent: the functions behind it are
 * weak symbols that libsocklife.so defines when it is preloaded, so a program needs no library to
 * link and the calls do nothing. A linker settles weak symbols for good in code that was compiled
 * for a fixed address (gcc -fno-pie) or linked statically: there the calls never do anything.
 *
 * Every function may be called from any thread; none changes errno. Not for signal handlers. C11
 * and C++, gcc and clang (weak symbols: gcc's manual, Common Function Attributes).
 */
#ifndef SOCKLIFE_TRACK_H
#define SOCKLIFE_TRACK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum socklife_mark_kind { SOCKLIFE_MARK_BEGIN = 1, SOCKLIFE_MARK_END = 2, SOCKLIFE_MARK_POINT = 3 };

/*
 * What the library exports; programs in C call the functions below, others may find these by name
 * (dlsym, ctypes). `pid` is the process that the mark speaks for, 0 the calling one. Returns the
 * mark's time in nanoseconds of CLOCK_MONOTONIC, 0 when nothing is recorded.
 */
uint64_t socklife_track_mark(int what, const char *name, uint32_t pid) __attribute__((weak));
/* How many connections and listening sockets of this process, born since, are open; -1: unknown. */
long socklife_track_open_since(uint64_t since_ns) __attribute__((weak));

/* The directory of the trace, absolute, for the life of the process; NULL: nothing is recorded. */
const char *socklife_track_directory(void) __attribute__((weak));

/* What the functions about objects below are made of. */
uint64_t socklife_track_object_begin(const char *name, const char *role) __attribute__((weak));
void socklife_track_object_end(uint64_t object) __attribute__((weak));
void socklife_track_call_begin(uint64_t object) __attribute__((weak));
void socklife_track_call_end(uint64_t object) __attribute__((weak));

/* Something begins, for instance a test. Returns what socklife_mark_end() wants to know. */
static inline uint64_t socklife_mark_begin(const char *name)
{
	return socklife_track_mark ? socklife_track_mark(SOCKLIFE_MARK_BEGIN, name, 0) : 0;
}

/*
 * It ends. Returns how many connections and listening sockets this process has opened since it
 * began and holds open still; 0 when nothing is recorded.
 */
static inline long socklife_mark_end(const char *name, uint64_t begun)
{
	if (!socklife_track_mark || !socklife_track_open_since || begun == 0)
		return 0;
	socklife_track_mark(SOCKLIFE_MARK_END, name, 0);
	return socklife_track_open_since(begun);
}

/* A moment without a length. */
static inline void socklife_mark(const char *text)
{
	if (socklife_track_mark)
		socklife_track_mark(SOCKLIFE_MARK_POINT, text, 0);
}

/*
 * An object of the program's own begins, for instance a client that holds a connection. Its class
 * is `name`; its role is "session", "client", "engine", "pool" or "connection". Returns what the
 * functions below want to know, 0 when nothing is recorded.
 */
static inline uint64_t socklife_object_begin(const char *name, const char *role)
{
	return socklife_track_object_begin ? socklife_track_object_begin(name, role) : 0;
}

/* It is gone; sockets that it opened and that are open now have outlived it. */
static inline void socklife_object_end(uint64_t object)
{
	if (socklife_track_object_end && object != 0)
		socklife_track_object_end(object);
}

/*
 * A function works for the object, from here to socklife_call_end() in the same function and
 * thread: what it connects meanwhile is the object's. Calls may stand in one another. One that is
 * left without its end (longjmp, an exception) ends when its caller's frame is gone.
 */
static inline void socklife_call_begin(uint64_t object)
{
	if (socklife_track_call_begin && object != 0)
		socklife_track_call_begin(object);
}

static inline void socklife_call_end(uint64_t object)
{
	if (socklife_track_call_end && object != 0)
		socklife_track_call_end(object);
}

#ifdef __cplusplus
}
#endif

#endif
