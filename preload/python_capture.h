/*
 * What Python adds to the recorder's captures, and the way to the GIL from inside a hook.
 */
#ifndef SOCKLIFE_PYTHON_CAPTURE_H
#define SOCKLIFE_PYTHON_CAPTURE_H

#include "recorder.h"

/* The recorder's runtime function. */
void python_capture(struct recorder_capture *capture);

/* A second interpreter exists: up to 3.11 its threads can no longer be told from ours. */
void python_capture_many_interpreters(void);

/* The interpreter's audit hooks are gone: it is never recorded again. */
void python_capture_end(void);

#endif
