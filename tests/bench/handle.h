/* The library of handle.handles, for calls.c. */
#ifndef SOCKLIFE_BENCH_HANDLE_H
#define SOCKLIFE_BENCH_HANDLE_H

typedef int (*handle_ask_fn)(void *asked, int what);

void *handle_make(void);
int handle_ask(void *asked, int what);
handle_ask_fn handle_own_ask(void); /* the function itself, past any wrapper */

#endif
