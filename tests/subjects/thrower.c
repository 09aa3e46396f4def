/*
 * A C program without libstdc++ that opens a C++ plug-in, as programs with C++ plug-ins do. The
 * plug-in throws before and after a socket was recorded.
 */
#include "facts.h"

#include <dlfcn.h>

int main(int argc, char *argv[])
{
	int (*plugin_throw)(int value);
	void *plugin;
	int client, server;

	MUST(argc > 1);
	plugin = dlopen(argv[1], RTLD_LAZY | RTLD_LOCAL);
	if (plugin == NULL)
		fprintf(stderr, "%s\n", dlerror());
	MUST(plugin != NULL);
	*(void **)(&plugin_throw) = dlsym(plugin, "plugin_throw");
	MUST(plugin_throw != NULL);
	if (argc > 2)
		fact("caught_first", plugin_throw(41));
	pair_open(listener_open(), &client, &server);
	bytes_send(client, 5);
	fact("caught_after", plugin_throw(42));
	MUST(close(client) == 0);
	return 0;
}
