/* Wiring: what happens when the library is loaded into a program, and in which order. */
#include <stdlib.h>

#include "environment.h"
#include "handle.h"
#include "hook.h"
#include "hook_signal.h"
#include "python.h"
#include "real.h"
#include "recorder.h"

/* Registered before ld.so's own finalizer, so it runs after every destructor (exit(3): the last
 * registered is the first to run). */
static void init_exiting(int status, void *context)
{
	(void)context;
	hook_exiting(status);
}

__attribute__((constructor)) static void init_library(void)
{
	struct hook_scope scope = hook_enter();

	real_resolve();
	environment_hide();
	recorder_start();
	hook_signal_start();
	handle_start(); /* before Python: of the owners of a socket a handle is the innermost */
	python_start();
	on_exit(init_exiting, NULL);
	hook_leave(scope);
}
