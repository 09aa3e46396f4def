#include "real.h"

#include <errno.h>
#include <string.h>

#include "clock.h"
#include "hot.h"
#include "kernel.h"

struct real real HOT_DATA;

_Static_assert(sizeof(struct real) == REAL_FUNCTION_COUNT * sizeof(void *),
	       "struct real is an array of function pointers");

/* dlsym() itself is a hook and cannot be asked for its own next; dlvsym() wants a version. This is
 * the one that each architecture's first glibc gave it, which all later ones keep. */
#if defined(__x86_64__)
#define REAL_DLSYM_VERSION "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define REAL_DLSYM_VERSION "GLIBC_2.17"
#endif

static long real_missing_INT(void)
{
	errno = ENOSYS;
	return -1;
}

static long real_missing_ERROR(void)
{
	return ENOSYS;
}

static void *real_missing_POINTER(void)
{
	errno = ENOSYS;
	return NULL;
}

static __sighandler_t real_missing_HANDLER(void)
{
	errno = ENOSYS;
	return SIG_ERR;
}

static void real_missing_EXIT(int status)
{
	for (;;)
		kernel_call1(SYS_exit_group, status);
}

static const struct {
	const char *name;
	void *missing;
} real_functions[REAL_FUNCTION_COUNT] = {
#define HOOK(name, missing) [REAL_##name] = {#name, (void *)real_missing_##missing},
#include "hooks.def"
};

/*
 * A failed dlsym leaves its message to the
 * thread's next dlerror(), which belongs to the program, so it is taken away here (dlerror(3)).
 */
void *real_find(enum real_function function)
{
	const int saved_errno = errno;
	void *address = function == REAL_dlsym
				? dlvsym(RTLD_NEXT, "dlsym", REAL_DLSYM_VERSION)
				: REAL(dlsym)(RTLD_NEXT, real_functions[function].name);

	if (address == NULL) {
		dlerror();
		address = real_functions[function].missing;
	}
	/* Two threads store the same value; the copy is by bytes since the members' types differ.
	 */
	memcpy((char *)&real + function * sizeof(address), &address, sizeof(address));
	errno = saved_errno;
	return address;
}

/* Under valgrind there is none, and a failure leaves its message as above. */
static void real_start_clock(void)
{
	clock_start(REAL(dlopen)("linux-vdso.so.1", RTLD_NOW | RTLD_NOLOAD));
	dlerror();
}

void real_resolve(void)
{
	for (int function = 0; function < REAL_FUNCTION_COUNT; function++)
		real_find((enum real_function)function);
	real_start_clock();
}
