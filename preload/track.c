/* What track.h promises, on the library's side of the weak symbols. */
#include <string.h>

#include <socklife/track.h>

#include "hook.h"
#include "kernel.h"
#include "settings.h"

#define TRACK_NAME_MAX 4096 /* a longer name is cut: parametrised tests may have any length */

_Static_assert((int)SOCKLIFE_MARK_BEGIN == (int)TRACE_MARK_BEGIN &&
		       (int)SOCKLIFE_MARK_END == (int)TRACE_MARK_END &&
		       (int)SOCKLIFE_MARK_POINT == (int)TRACE_MARK_POINT,
	       "track.h and the trace number marks alike");

HOOK_EXPORT uint64_t socklife_track_mark(int what, const char *name, uint32_t pid)
{
	struct hook_scope scope;
	uint64_t time_ns = 0;

	if (name == NULL || what < SOCKLIFE_MARK_BEGIN || what > SOCKLIFE_MARK_POINT)
		return 0;
	scope = hook_enter();
	if (!hook_is_silent())
		time_ns = recorder_mark((enum trace_mark_kind)what, name,
					strnlen(name, TRACK_NAME_MAX),
					pid != 0 ? pid : (uint32_t)kernel_call0(SYS_getpid));
	hook_leave(scope);
	return time_ns;
}

HOOK_EXPORT long socklife_track_open_since(uint64_t since_ns)
{
	struct hook_scope scope = hook_enter();
	long count = hook_is_silent() ? -1 : (long)recorder_open_since(since_ns);

	hook_leave(scope);
	return count;
}

HOOK_EXPORT const char *socklife_track_directory(void)
{
	return settings.trace_directory[0] != '\0' ? settings.trace_directory : NULL;
}
