/*
 * What a call was given and what it returned, by the places that the catalog names. Any thread, any
 * signal handler; errno is kept.
 */
#ifndef SOCKLIFE_HANDLE_ARGUMENTS_H
#define SOCKLIFE_HANDLE_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "handle_parse.h"

struct handle_call;

uint64_t handle_argument(const struct handle_call *call, uint8_t place);

/* What a place of a create line holds once the call is over: the handle, or where it was put. */
uint64_t handle_argument_made(const struct handle_call *call, const struct handle_action *action);

/* Conditions on arguments hold when the call begins, those on the result when it is over. */
bool handle_conditions_hold(const struct handle_call *call, const struct handle_action *action,
			    bool is_over);

/*
 * How many words of the caller's stack are passed on of `words`, which may be more than there are
 * arguments: the stack may end before that.
 */
uint64_t handle_words(const struct handle_call *call, uint8_t words);

#endif
