/*
 * Types of handles: the catalog's, and those that a program names itself (track.h). Any thread; no
 * locks, no malloc.
 */
#ifndef SOCKLIFE_HANDLE_TYPES_H
#define SOCKLIFE_HANDLE_TYPES_H

#include <stdint.h>

#include "handle_parse.h"

#define HANDLE_OWN_TYPES_MAX 64

/* Of handle_entry.type. */
const struct handle_type *handle_type_of(uint16_t type);

/* The type of this name, made if need be; HANDLE_NONE when there is no room. `role` is a word. */
uint16_t handle_type_own(const char *name, const char *role);

/* The name as a string of the present trace, 0 none; and how many of that name there are now. */
uint32_t handle_type_string(uint16_t type);
uint32_t handle_type_count(uint16_t type);

#endif
