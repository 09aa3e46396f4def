#include "sink_window.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "kernel.h"

#define SINK_WINDOW_GRAIN UINT64_C(0x10000)
#ifndef MADV_POPULATE_WRITE /* since Linux 5.14 */
#define MADV_POPULATE_WRITE 23
#endif

static bool sink_window_failed(long address)
{
	return address < 0 && address > -4096; /* mmap(2): errors are -4095..-1 */
}

/* RLIMIT_AS, or mlockall(MCL_FUTURE) with a small RLIMIT_MEMLOCK, may refuse a large window. */
int sink_window_reserve(struct sink_window *window, uint64_t max_bytes, uint64_t least_bytes)
{
	for (uint64_t bytes = max_bytes; bytes >= least_bytes; bytes /= 8) {
		uint64_t whole = bytes & ~(SINK_WINDOW_GRAIN - 1);
		long address = kernel_call6(SYS_mmap, 0, (long)whole, PROT_NONE,
					    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (!sink_window_failed(address)) {
			window->base = (uint8_t *)address;
			window->bytes = whole;
			return 0;
		}
	}
	return ENOMEM;
}

/*
 * The window's addresses are reserved without access, and the file is laid under them only as far
 * as it has blocks: a tool that reads whatever is mapped (valgrind's leak check, a core dumper)
 * would meet a SIGBUS on every page beyond the file's end. The kernel joins neighbouring pieces.
 */
int sink_window_map(const struct sink_window *window, uint64_t from, uint64_t to, int fd)
{
	long address = kernel_call6(SYS_mmap, (long)(window->base + from), (long)(to - from),
				    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, (long)from);

	return sink_window_failed(address) ? (int)-address : 0;
}

/*
 * A first touch of each page by itself costs several times as much as asking for many at once. An
 * older kernel refuses, and then they come as they are touched.
 */
void sink_window_prepare(const struct sink_window *window, uint64_t from, uint64_t to)
{
	kernel_call3(SYS_madvise, window->base + from, to - from, MADV_POPULATE_WRITE);
}
