#include "backtrace.h"

#include <dlfcn.h>
#include <execinfo.h>

#define BACKTRACE_THREAD_EARNS 64
#define BACKTRACE_MAX          128

typedef int (*backtrace_fn)(void **frames, int max);

static backtrace_fn backtrace_fast; /* NULL: not loaded, or not to be used */
static bool backtrace_is_loaded;
static __thread unsigned int backtrace_taken __attribute__((tls_model("initial-exec")));

void backtrace_load(void)
{
	void *library;
	void *frame[1];

	if (backtrace_is_loaded)
		return;
	/* The first call loads libgcc_s (glibc, debug/backtrace.c). */
	backtrace(frame, 1);
	backtrace_is_loaded = true;
	library = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
	if (library != NULL)
		backtrace_fast = (backtrace_fn)dlsym(library, "unw_backtrace");
}

void backtrace_forked(bool had_threads)
{
	if (had_threads)
		backtrace_fast = NULL;
}

size_t backtrace_capture(uint64_t *frames, size_t max, bool is_main_thread)
{
	void *addresses[BACKTRACE_MAX];
	bool is_earned = is_main_thread || backtrace_taken >= BACKTRACE_THREAD_EARNS;
	int limit = (int)(max < BACKTRACE_MAX ? max : BACKTRACE_MAX);
	int count;

	if (!backtrace_is_loaded)
		return 0;
	if (is_earned && backtrace_fast != NULL)
		count = backtrace_fast(addresses, limit);
	else
		count = backtrace(addresses, limit);
	backtrace_taken++;
	for (int i = 0; i < count; i++)
		frames[i] = (uint64_t)(uintptr_t)addresses[i];
	return count > 0 ? (size_t)count : 0;
}
