/*
 * The Python runtime: knows the objects of CPython programs (sessions, clients, engines, pools,
 * connections) and their frames, and tells the recorder about both. It runs inside CPython 3.8 to
 * 3.13 without a line of Python and without Python's headers; anything else, and every unknown
 * layout, it leaves alone, and then sockets are recorded without objects.
 *
 * State is touched under Python's global interpreter lock only, hence needs no lock of its own.
 * Nothing here is async-signal-safe, nor is it reached from a signal handler: see
 * python_capture.c.
 */
#ifndef SOCKLIFE_PYTHON_H
#define SOCKLIFE_PYTHON_H

/* Once, from the library's constructor, before the program can have called Py_Initialize(). */
void python_start(void);

/* A library of this name is there: Python's own comes too late once python_start() found none. */
void python_library_seen(const char *name);

#endif
