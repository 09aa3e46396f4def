#include "backtrace.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>
#include <time.h>

#include "filters.h"
#include "guard.h"
#include "kernel.h"
#include "signals.h"
#include "unwind.h"

#define BACKTRACE_THREAD_EARNS 64
#define BACKTRACE_MAX          128
#define LOADING_TICK_NS        100000
#define LOADING_TURNS_MAX      2000

typedef int (*backtrace_fn)(void **frames, int max);

enum backtrace_phase { BACKTRACE_UNLOADED, BACKTRACE_LOADING, BACKTRACE_LOADED, BACKTRACE_NEVER };

static uint32_t backtrace_phase;    /* atomic */
static backtrace_fn backtrace_fast; /* NULL: not loaded, or not to be used */
static uintptr_t backtrace_text, backtrace_text_bytes;
static __thread unsigned int backtrace_taken __attribute__((tls_model("initial-exec")));

/* The fast function's module is the one whose code holds it. */
static int backtrace_find_text(struct dl_phdr_info *info, size_t size, void *function)
{
	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + segment->p_vaddr;

		if (segment->p_type != PT_LOAD || (uintptr_t)function - start >= segment->p_memsz)
			continue;
		backtrace_text = start;
		backtrace_text_bytes = segment->p_memsz;
		return 1;
	}
	return 0;
}

static void backtrace_load_unwinders(void)
{
	void *frame[1];
	void *library, *function = NULL;

	unwind_start();
	/* The first call loads libgcc_s (glibc, debug/backtrace.c). */
	backtrace(frame, 1);
	library = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
	if (library != NULL)
		function = dlsym(library, "unw_backtrace");
	if (function != NULL)
		dl_iterate_phdr(backtrace_find_text, function);
	backtrace_fast = (backtrace_fn)function;
}

void backtrace_load(void)
{
	uint32_t unloaded = BACKTRACE_UNLOADED;
	struct signals_mask mask;

	if (__atomic_load_n(&backtrace_phase, __ATOMIC_RELAXED) != BACKTRACE_UNLOADED ||
	    !filters_allow_unwinding() || guard_is_nested() || signals_may_be_in_handler() ||
	    !__atomic_compare_exchange_n(&backtrace_phase, &unloaded, BACKTRACE_LOADING, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	mask = signals_block();
	backtrace_load_unwinders();
	signals_restore(mask);
	__atomic_store_n(&backtrace_phase, BACKTRACE_LOADED, __ATOMIC_RELEASE);
}

/*
 * Threads that start together want their first stacks at once, and one of them loads. The others
 * wait for it, for a while at most: it may wait for a lock that one of them holds.
 */
static bool backtrace_await(void)
{
	const struct timespec tick = {.tv_nsec = LOADING_TICK_NS};
	uint32_t phase = __atomic_load_n(&backtrace_phase, __ATOMIC_ACQUIRE);

	if (phase == BACKTRACE_LOADING && (guard_is_nested() || signals_may_be_in_handler()))
		return false;
	for (int turn = 0; phase == BACKTRACE_LOADING && turn < LOADING_TURNS_MAX; turn++) {
		kernel_call2(SYS_nanosleep, &tick, NULL);
		phase = __atomic_load_n(&backtrace_phase, __ATOMIC_ACQUIRE);
	}
	return phase == BACKTRACE_LOADED;
}

void backtrace_forked(bool had_threads)
{
	if (!had_threads)
		return;
	backtrace_fast = NULL;
	if (backtrace_phase != BACKTRACE_LOADED)
		backtrace_phase = BACKTRACE_NEVER;
}

void backtrace_forget(void)
{
	unwind_forget();
}

static __attribute__((noinline)) size_t backtrace_by_unwinder(uint64_t *frames, size_t max,
							      bool is_main_thread)
{
	void *addresses[BACKTRACE_MAX];
	bool is_earned = is_main_thread || backtrace_taken >= BACKTRACE_THREAD_EARNS;
	int limit = (int)(max < BACKTRACE_MAX ? max : BACKTRACE_MAX);
	int count;

	backtrace_load();
	if (!backtrace_await() || !filters_allow_unwinding())
		return 0;
	/* libunwind is not made to be entered again; libgcc's unwinder keeps no state. */
	if (is_earned && !guard_is_nested() && backtrace_fast != NULL)
		count = backtrace_fast(addresses, limit);
	else
		count = backtrace(addresses, limit);
	backtrace_taken++;
	for (int i = 0; i < count; i++)
		frames[i] = (uint64_t)(uintptr_t)addresses[i];
	return count > 0 ? (size_t)count : 0;
}

size_t backtrace_capture(uint64_t *frames, size_t max, bool is_main_thread,
			 struct unwind_path *path)
{
	size_t count = unwind_capture(frames, max, path);

	if (count > 0 || (path != NULL && path->known != 0))
		return count;
	if (path != NULL)
		path->word_count = 0;
	return backtrace_by_unwinder(frames, max, is_main_thread);
}

bool backtrace_is_unwinder(const void *address)
{
	return __atomic_load_n(&backtrace_phase, __ATOMIC_ACQUIRE) == BACKTRACE_LOADED &&
	       (uintptr_t)address - backtrace_text < backtrace_text_bytes;
}
