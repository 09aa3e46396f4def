/*
 * dlsym(): a function that a program looks up in libc by a handle of its own (ctypes, cffi) would
 * be libc's, past every hook. Where the answer is the very function that a hook calls, the hook is
 * given instead, or the wrapper of a function of the handle catalog: to the caller both do the
 * same. RTLD_DEFAULT and RTLD_NEXT depend on who calls (dlsym(3)), and find the hooks by themselves
 * where they should, so the real function is jumped to for all but wrappers.
 */
#include "hook.h"

#include <string.h>

#include "handle.h"
#include "hook_jump.h"
#include "hook_lookup.h"
#include "real.h"

struct lookup_row {
	const char *name;
	enum real_function function;
	void *hook;
};

/* The addresses are our own functions', whoever is ahead of us: -Bsymbolic-functions. */
static const struct lookup_row lookup_rows[] = {
#define HOOK(name, missing) {#name, REAL_##name, (void *)(name)},
#define ALIAS(other, name)  {#other, REAL_##name, (void *)(name)},
#include "hooks.def"
};

#define LOOKUP_COUNT (sizeof(lookup_rows) / sizeof(lookup_rows[0]))

static const struct lookup_row *lookup_find(const char *name)
{
	for (size_t i = 0; i < LOOKUP_COUNT; i++) {
		if (lookup_rows[i].name[0] == name[0] && strcmp(lookup_rows[i].name, name) == 0)
			return &lookup_rows[i];
	}
	return NULL;
}

/* What a hook calls, without the stand-in for what libc lacks. */
static void *lookup_real(const struct lookup_row *row)
{
	void *address;

	memcpy(&address, (const char *)&real + row->function * sizeof(address), sizeof(address));
	return address;
}

void *hook_lookup_libc(const char *name)
{
	const struct lookup_row *row = lookup_find(name);

	return row != NULL ? lookup_real(row) : NULL;
}

void *hook_lookup_hook(const char *name, const void *found)
{
	const struct lookup_row *row = found != NULL ? lookup_find(name) : NULL;

	return row != NULL && found == lookup_real(row) ? row->hook : NULL;
}

/*
 * What is given instead of `found`; NULL: nothing. RTLD_DEFAULT finds libc's hooks by itself, but
 * never a wrapper.
 */
static void *lookup_instead(const void *handle, const char *name, const void *found)
{
	if (found == NULL)
		return NULL;
	if (handle != RTLD_DEFAULT && lookup_find(name) != NULL)
		return hook_lookup_hook(name, found);
	return handle_lookup(name, found);
}

static bool lookup_is_wanted(const void *handle, const char *name)
{
	if (name == NULL || handle == RTLD_NEXT)
		return false;
	return (handle != RTLD_DEFAULT && lookup_find(name) != NULL) || handle_is_name(name);
}

/* Takes dlsym()'s place when the answer is known to be another. */
static void *lookup_answer(void *handle, const char *name)
{
	return lookup_instead(handle, name, REAL(dlsym)(handle, name));
}

/*
 * What RTLD_NEXT finds depends on who asks, which dlsym() knows by its return address alone: so it
 * must be jumped to, and nothing can be given instead of its answer.
 */
static void lookup_next_note(void)
{
	struct hook_scope scope = hook_enter();

	recorder_note("functions of a C client library were looked up with dlsym(RTLD_NEXT): what "
		      "they do is not recorded as their handle's",
		      true);
	hook_leave(scope);
}

__attribute__((used)) void *hook_dlsym_note(void *handle, const char *name)
{
	int saved_errno = errno;
	void *instead = NULL;

	if (!hook_is_silent())
		handle_look();
	if (handle == RTLD_NEXT && name != NULL && handle_is_name(name))
		lookup_next_note();
	if (lookup_is_wanted(handle, name))
		instead = lookup_instead(handle, name, REAL(dlsym)(handle, name));
	errno = saved_errno;
	return instead != NULL ? (void *)lookup_answer : (void *)REAL(dlsym);
}
HOOK_JUMP(dlsym, hook_dlsym_note);
