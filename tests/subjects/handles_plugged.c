/* Loads and unloads a plug-in that brings its client library along, several times. */
#include "facts.h"

#include <dlfcn.h>

int main(int argc, char *argv[])
{
	int listener = listener_open();

	MUST(argc > 1);
	for (int i = 0; i < 3; i++) {
		void *plugin = dlopen(argv[1], RTLD_LAZY | RTLD_LOCAL);
		int (*run)(int port);

		if (plugin == NULL)
			fprintf(stderr, "%s\n", dlerror());
		MUST(plugin != NULL);
		*(void **)&run = dlsym(plugin, "plugin_run");
		MUST(run != NULL && run(port_of(listener)) == 1);
		MUST(dlclose(plugin) == 0);
	}
	return 0;
}
