/* Which hook stands for which function of libc: by name, and by the address that libc has it at. */
#ifndef SOCKLIFE_HOOK_LOOKUP_H
#define SOCKLIFE_HOOK_LOOKUP_H

/* libc's function that the hook of this name calls; NULL: no such hook, or libc lacks it. */
void *hook_lookup_libc(const char *name);

/* The hook that does the same as `found`, a function `name`; NULL: there is none. */
void *hook_lookup_hook(const char *name, const void *found);

#endif
