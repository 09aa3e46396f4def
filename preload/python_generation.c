#include "python_generation.h"

#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

static uint32_t generation = 1;
static uint32_t *is_same_process; /* a page that reads 0 in a forked child: madvise(2) */

bool python_generation_start(void)
{
	size_t size_bytes = (size_t)sysconf(_SC_PAGESIZE);
	void *page = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0);

	if (page == MAP_FAILED || madvise(page, size_bytes, MADV_WIPEONFORK))
		return false;
	is_same_process = page;
	*is_same_process = 1;
	return true;
}

uint32_t python_generation(void)
{
	if (!*is_same_process) {
		*is_same_process = 1;
		generation++;
	}
	return generation;
}
