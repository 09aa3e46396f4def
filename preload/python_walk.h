/*
 * A walk over the Python frames of the calling thread: which code, which line, and which tracked
 * objects are the first arguments, that is, in whose methods the thread is. Needs the GIL and the
 * guard; runs no Python code, leaves no exception.
 */
#ifndef SOCKLIFE_PYTHON_WALK_H
#define SOCKLIFE_PYTHON_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "python_api.h"
#include "recorder.h"

struct python_walk {
	uint64_t frames[RECORDER_FRAMES_MAX]; /* innermost first */
	size_t frame_count;
	uint32_t objects[RECORDER_OBJECTS_MAX]; /* ids, innermost first, each once */
	size_t object_count;
	uint32_t parent; /* the innermost of them in whose method, not mere function, the thread is
			  */
	const struct python_object *outermost_self; /* first argument of the thread's first frame */
	bool is_in_del;                             /* some frame is a __del__ method, or what a
						       weak reference calls when its object is gone */
	bool is_at_exit; /* the latter by atexit, the object being there */
};

void python_walk_run(struct python_walk *walk);

/*
 * Lays a walk out for captures that this thread is about to cause, so that they need none of their
 * own; returns the one that was there before.
 */
struct python_walk *python_walk_publish(struct python_walk *walk);
struct python_walk *python_walk_published(void);

#endif
