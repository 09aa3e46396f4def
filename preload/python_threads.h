/*
 * Sees the threads that an object's method starts. The Thread object is the key to their owners
 * (python_starts.h): it is the first argument of the new thread's outermost frame
 * (Lib/threading.py, Thread._bootstrap).
 */
#ifndef SOCKLIFE_PYTHON_THREADS_H
#define SOCKLIFE_PYTHON_THREADS_H

/* Once, before threading is imported: from then on starts are seen. Needs the GIL and the guard. */
void python_threads_start(void);

#endif
