/*
 * Modules being loaded and unloaded. dlopen() searches by its caller's RUNPATH and namespace, which
 * it knows by its return address (dlopen(3), glibc's dlfcn/dlopen.c), so its hook must not be the
 * caller: it makes its note first and jumps. The recorder lists the modules anew at the next stack.
 */
#include "hook.h"

#include "handle.h"
#include "hook_jump.h"
#include "real.h"

static void hook_modules_changed(int flags, bool is_apart)
{
	struct hook_scope scope;

	if (hook_is_silent())
		return;
	scope = hook_enter();
	handle_look(); /* at what was opened before: its functions may be called by this one */
	handle_loading((flags & RTLD_DEEPBIND) != 0 && !is_apart);
	recorder_modules_changed();
	if (is_apart)
		recorder_note("a library was opened in a namespace of its own (dlmopen): its calls "
			      "of socket functions are not recorded",
			      true);
	hook_leave(scope);
}

__attribute__((used)) void *hook_dlopen_note(const char *path, int flags)
{
	(void)path;
	hook_modules_changed(flags, false);
	return (void *)REAL(dlopen);
}
HOOK_JUMP(dlopen, hook_dlopen_note);

__attribute__((used)) void *hook_dlmopen_note(Lmid_t space, const char *path, int flags)
{
	(void)path;
	hook_modules_changed(flags, space != LM_ID_BASE);
	return (void *)REAL(dlmopen);
}
HOOK_JUMP(dlmopen, hook_dlmopen_note);

HOOK_EXPORT int dlclose(void *handle)
{
	int result = REAL(dlclose)(handle);

	hook_modules_changed(0, false);
	return result;
}
