#include "symbols_demangle.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/* A demangled name can be exponentially longer than its mangled form; names are untrusted. */
#define MANGLED_SIZE_MAX 4096

struct demangled_name {
	struct demangled_name *next;
	char *text;
};

void demangler_init(struct demangler *demangler)
{
	memset(demangler, 0, sizeof(*demangler));
}

void demangler_release(struct demangler *demangler)
{
	while (demangler->names != NULL) {
		struct demangled_name *name = demangler->names;

		demangler->names = name->next;
		free(name->text);
		free(name);
	}
	if (demangler->library != NULL)
		dlclose(demangler->library);
	demangler_init(demangler);
}

static void demangler_look_for(struct demangler *demangler)
{
	void *symbol;

	demangler->is_looked_for = true;
	demangler->library = dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_LOCAL);
	if (demangler->library == NULL)
		return;
	symbol = dlsym(demangler->library, "__cxa_demangle");
	/* ISO C has no conversion from void * to a function pointer; dlsym(3) shows this one. */
	memcpy(&demangler->demangle, &symbol, sizeof(symbol));
}

const char *demangler_name(struct demangler *demangler, const char *name)
{
	struct demangled_name *kept;

	if (strncmp(name, "_Z", 2) != 0 || strnlen(name, MANGLED_SIZE_MAX) == MANGLED_SIZE_MAX)
		return NULL;
	if (!demangler->is_looked_for)
		demangler_look_for(demangler);
	if (demangler->demangle == NULL)
		return NULL;
	kept = malloc(sizeof(*kept));
	if (kept == NULL)
		return NULL;
	kept->text = demangler->demangle(name, NULL, NULL, NULL);
	if (kept->text == NULL) {
		free(kept);
		return NULL;
	}
	kept->next = demangler->names;
	demangler->names = kept;
	return kept->text;
}
