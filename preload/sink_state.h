/*
 * What sink.c, which grows the file, and sink_descriptor.c, which keeps its descriptor out of the
 * program's way, share; nobody else's. Same conditions as sink.h.
 */
#ifndef SOCKLIFE_SINK_STATE_H
#define SOCKLIFE_SINK_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "sink_file.h"

/* So often a thread waits for another one to be done with the descriptor, which wakes it. */
#define SINK_GROW_TURNS   100
#define SINK_GROW_WAIT_NS 10000000

/* fd (atomic) and path of the file; whoever has taken it may change it. */
extern struct sink_file sink_file;

/* For the file's descriptor. False when another thread has it; signals are blocked meanwhile. */
bool sink_try_taking(void);
void sink_give_back(void);
void sink_wait(void); /* until it was given back, at most SINK_GROW_WAIT_NS */

/* Bytes that the file has blocks for and no record yet. */
uint64_t sink_room(void);
/* Grows the file until it has so many bytes of room, or has as many as it can. Taken. */
void sink_make_room(uint64_t bytes);

/*
 * The descriptor was given up when the program had no other: it is had again as long as growing
 * takes, unless the path names another file by now. Returns 0 or an errno value. Taken.
 */
int sink_reopen(void);

#endif
