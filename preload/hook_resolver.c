/* getaddrinfo() gives peers their names. What it opens inside libc crosses no hook and ends there.
 */
#include "hook.h"

#include "clock.h"
#include "real.h"

HOOK_EXPORT int getaddrinfo(const char *restrict node, const char *restrict service,
			    const struct addrinfo *restrict hints,
			    struct addrinfo **restrict answers)
{
	uint64_t started_ns = clock_now_ns();
	int result = REAL(getaddrinfo)(node, service, hints, answers);
	struct hook_scope scope;

	if (result != 0 || node == NULL || hook_is_silent())
		return result;
	scope = hook_enter();
	for (const struct addrinfo *answer = *answers; answer != NULL; answer = answer->ai_next)
		recorder_named(node, answer->ai_addr, answer->ai_addrlen, started_ns);
	hook_leave(scope);
	return result;
}
