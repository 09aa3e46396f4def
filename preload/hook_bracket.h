/*
 * HOOK_BRACKET(call): makes a call of libc's during which its modules may open sockets of their
 * own, and marks those. Ends with the call, or with its frame when a longjmp leaves it.
 */
#ifndef SOCKLIFE_HOOK_BRACKET_H
#define SOCKLIFE_HOOK_BRACKET_H

#include "hook.h"

#define HOOK_BRACKET(call)                                                                         \
	do {                                                                                       \
		recorder_bracket(__builtin_frame_address(0));                                      \
		call;                                                                              \
		recorder_bracket(NULL);                                                            \
	} while (0)

#endif
