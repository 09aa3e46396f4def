/* Threads load a plug-in, use it and unload it, all at once: handles_loading PLUGIN. */
#include "facts.h"

#include <dlfcn.h>
#include <pthread.h>

#define THREADS 4
#define ROUNDS  12 /* all connections together fit the listener's backlog */

static const char *path;
static int port;

static void *load_and_use(void *context)
{
	(void)context;
	for (int i = 0; i < ROUNDS; i++) {
		void *plugin = dlopen(path, (i % 2 == 0 ? RTLD_LAZY : RTLD_NOW) | RTLD_LOCAL);
		int (*run)(int to);

		MUST(plugin != NULL);
		*(void **)&run = dlsym(plugin, "plugin_run");
		MUST(run != NULL && run(port) == 1);
		MUST(dlclose(plugin) == 0);
	}
	return NULL;
}

int main(int argc, char *argv[])
{
	pthread_t threads[THREADS];

	MUST(argc > 1);
	path = argv[1];
	port = port_of(listener_open());
	for (int i = 0; i < THREADS; i++)
		MUST(pthread_create(&threads[i], NULL, load_and_use, NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		MUST(pthread_join(threads[i], NULL) == 0);
	return 0;
}
