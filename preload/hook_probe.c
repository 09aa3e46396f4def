#include "hook_probe.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>

#include "hook.h"
#include "kernel.h"
#include "real.h"

#define PROBE_SIZE_BYTES 8 /* of the kernel's signal set */

/* rt_sigprocmask() copies the set in before it looks at `how` (kernel/signal.c), so a `how` that
 * does not exist makes it a test of the address and nothing else. */
ssize_t hook_probe(const void *address)
{
	uintptr_t aligned = (uintptr_t)address & ~(uintptr_t)(PROBE_SIZE_BYTES - 1);

	if (kernel_call4(SYS_rt_sigprocmask, -1, aligned, NULL, PROBE_SIZE_BYTES) != -EFAULT)
		return 1;
	errno = EFAULT;
	return -1;
}

HOOK_EXPORT int pipe2(int fds[2], int flags)
{
	if (!guard_is_up() || !recorder_is_unwinder(__builtin_return_address(0)))
		return REAL(pipe2)(fds, flags);
	fds[0] = HOOK_PROBE_FD;
	fds[1] = HOOK_PROBE_FD;
	return 0;
}
