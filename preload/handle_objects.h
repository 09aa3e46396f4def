/*
 * Handles as the recorder's objects: announced when they are first needed, which is at the connect
 * of a socket or when their creator returns, whichever comes first. Any thread; the guard is up.
 */
#ifndef SOCKLIFE_HANDLE_OBJECTS_H
#define SOCKLIFE_HANDLE_OBJECTS_H

#include <stdint.h>

#include "handle_table.h"
#include "recorder.h"

/* The recorder's handle of it, in this process' trace; 0 while it cannot be had. */
uint32_t handle_object_id(struct handle_entry *entry);

/* The handle that a part stands for; the handle itself when it is no part; none. */
struct handle_ref handle_object_whole(struct handle_ref ref);

/* From now on its connections belong to `container` as well, none: to itself alone. */
void handle_object_moved(struct handle_ref ref, struct handle_ref container);

/* Its creator has returned it. */
void handle_object_created(struct handle_ref ref, uint64_t address);
/* It was destroyed, or never came to be; the entry is given back. */
void handle_object_ended(struct handle_ref ref);

/* The recorder's runtime function: in whose calls is this thread? */
void handle_capture(struct recorder_capture *capture);

#endif
