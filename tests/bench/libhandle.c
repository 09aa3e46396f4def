/* A client library that says nothing to anyone: what is left of a call is its wrapper's price. */
#include "handle.h"

static int handle;

void *handle_make(void)
{
	return &handle;
}

int handle_ask(void *asked, int what)
{
	return *(int *)asked + what;
}

/* The library's own calls of its functions are not changed, nor is the address that it has. */
handle_ask_fn handle_own_ask(void)
{
	return handle_ask;
}
