/*
 * dlsym(): a function that a program looks up in libc by a handle of its own (ctypes, cffi) would
 * be libc's, past every hook. Where the answer is the very function that a hook calls, the hook is
 * given instead: to the caller both do the same. RTLD_DEFAULT and RTLD_NEXT depend on who calls
 * (dlsym(3)), and find the hooks by themselves where they should, so the real function is always
 * jumped to.
 */
#include "hook.h"

#include <string.h>

#include "hook_jump.h"
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

/* Takes dlsym()'s place when the answer is known to be a hook. */
static void *lookup_answer(void *handle, const char *name)
{
	(void)handle;
	return lookup_find(name)->hook;
}

/* What a hook calls, without the stand-in for what libc lacks. */
static void *lookup_real(const struct lookup_row *row)
{
	void *address;

	memcpy(&address, (const char *)&real + row->function * sizeof(address), sizeof(address));
	return address;
}

__attribute__((used)) void *hook_dlsym_note(void *handle, const char *name)
{
	const struct lookup_row *row;
	int saved_errno = errno;
	void *found;

	if (handle == RTLD_DEFAULT || handle == RTLD_NEXT || name == NULL)
		return (void *)REAL(dlsym);
	row = lookup_find(name);
	if (row == NULL)
		return (void *)REAL(dlsym);
	found = REAL(dlsym)(handle, name);
	errno = saved_errno;
	return found != NULL && found == lookup_real(row) ? (void *)lookup_answer
							  : (void *)REAL(dlsym);
}
HOOK_JUMP(dlsym, hook_dlsym_note);
