/* Opens its connection in a plug-in that it loads with dlopen and unloads again. */
#include "facts.h"

#include <dlfcn.h>

int main(int argc, char *argv[])
{
	int port = port_of(listener_open());
	int (*plugin_connect)(int port);
	void *plugin;
	int fd;

	MUST(argc > 1);
	plugin = dlopen(argv[1], RTLD_NOW);
	if (plugin == NULL)
		fprintf(stderr, "%s\n", dlerror());
	MUST(plugin != NULL);
	*(void **)(&plugin_connect) = dlsym(plugin, "plugin_connect");
	MUST(plugin_connect != NULL);
	fd = plugin_connect(port);
	fact("client", fd);
	MUST(dlclose(plugin) == 0);
	return close(fd);
}
