/*
 * The pool of wrappers. A thunk stands in for one function of one loaded library: it tells that a
 * call begins (handle_call_enter), calls the function as it was called itself, tells the end
 * (handle_call_leave) and returns what the function returned. It knows no signature: all registers
 * that carry arguments or results are kept (System V ABI for x86-64, section 3.2.3), and as many
 * words of the caller's stack are passed on as the catalog says.
 *
 * It is a frame like any other, with call frame information, so exceptions, longjmp(), thread
 * cancellation and unwinders go through it. It keeps %xmm only: a function that takes or returns
 * wider vectors cannot be wrapped, and none of a C client library's does.
 *
 * Thunks are handed out under the loader's lock; calling one needs nothing.
 */
#ifndef SOCKLIFE_HANDLE_THUNKS_H
#define SOCKLIFE_HANDLE_THUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "handle_parse.h"

#define HANDLE_THUNKS_MAX 1536

#if defined(__x86_64__)
#define HANDLE_THUNKS_EXIST 1
#else
#define HANDLE_THUNKS_EXIST 0 /* nothing is wrapped, nothing is recorded of handles */
#endif

struct handle_thunk {
	void *real;
	uint16_t function; /* of the catalog */
	uint16_t next;     /* the next one of the same function + 1, 0 none */
	bool is_gone;      /* its library was unloaded */
	uint8_t words;     /* of the stack, for handle_words() */
	uint8_t used;    /* it does nothing but use the handle in this register; 0: it does more */
	uint16_t action; /* that says so */
};

extern struct handle_thunk handle_thunks[HANDLE_THUNKS_MAX];

/* What a thunk lays on its stack; handle_thunks.c asserts the offsets that its code uses. */
struct handle_call {
	uint64_t arguments[HANDLE_REGISTERS];
	uint64_t results[2]; /* %rax and %rdx; before the call %rax and %r10 */
	uint64_t thunk;      /* its number */
	uint64_t cookie;     /* told by handle_call_enter(): this call is under way */
	void *real;
	uint64_t stack_words; /* to pass on */
	uint64_t vectors[16]; /* %xmm0 to %xmm7; after the call %xmm0 and %xmm1 */
	uint64_t frame;       /* the caller's %rbp */
	uint64_t return_address;
	uint64_t stack[]; /* the caller's: arguments that have no register */
};

/*
 * Takes a thunk for `function`, whose address is `real`: that of an unloaded library if there is
 * one, else a new one. Its entry point, NULL when none is left.
 */
void *handle_thunk_take(uint16_t function, void *real);
/*
 * The entry point of the thunk of `function` whose real one lies from `start` to below `end`; NULL:
 * there is none.
 */
void *handle_thunk_find(uint16_t function, uintptr_t start, uintptr_t end);
/* The library between the two addresses was unloaded. */
void handle_thunks_drop(uintptr_t start, uintptr_t end);

#endif
