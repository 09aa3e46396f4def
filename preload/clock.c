#include "clock.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#include "hot.h"

/* vdso(7), "x86-64 functions" and "aarch64 functions" */
#if defined(__x86_64__)
#define CLOCK_FUNCTION "__vdso_clock_gettime"
#define CLOCK_VERSION  "LINUX_2.6"
#elif defined(__aarch64__)
#define CLOCK_FUNCTION "__kernel_clock_gettime"
#define CLOCK_VERSION  "LINUX_2.6.39"
#endif

int (*clock_function)(clockid_t clock, struct timespec *now) HOT_DATA = clock_gettime;

void clock_start(void *vdso)
{
	void *found = vdso != NULL ? dlvsym(vdso, CLOCK_FUNCTION, CLOCK_VERSION) : NULL;

	if (found != NULL)
		memcpy(&clock_function, &found, sizeof(found));
}
