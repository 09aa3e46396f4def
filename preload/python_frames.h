/*
 * Frames of Python, read without leaving a trace: the first argument comes straight out of the
 * frame, from a place found by trial when the interpreter starts, because up to 3.11 asking for
 * f_locals would leave a dict behind that keeps every local alive. Needs the GIL and the guard.
 */
#ifndef SOCKLIFE_PYTHON_FRAMES_H
#define SOCKLIFE_PYTHON_FRAMES_H

#include <stdbool.h>

#include "python_api.h"

struct python_code;

/* Once, when the first import goes on. False: frames are not as expected, read none. */
bool python_frames_start(void);

/* New references, the first NULL for a thread's outermost frame. */
struct python_object *python_frame_back(struct python_object *frame);
struct python_object *python_frame_code(struct python_object *frame);

int python_frame_line(struct python_object *frame, struct python_code *code);

/* Borrowed; NULL while it is not bound. */
struct python_object *python_frame_local(struct python_object *frame, int index);

/* Borrowed; NULL when there is none. */
const struct python_object *python_frame_first_argument(struct python_object *frame,
							const struct python_code *code);

#endif
