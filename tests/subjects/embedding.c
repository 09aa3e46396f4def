/*
 * Initializes Python twice and lets it open a socket each time. embedding: the libpython that is
 * there already (by LD_PRELOAD); embedding LIBRARY: opens that first.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "import socket; socket.create_server(('127.0.0.1', 0)).close()"

static void *find(void *library, const char *name)
{
	void *address = dlsym(library, name);

	if (address == NULL) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	return address;
}

int main(int argc, char *argv[])
{
	void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL) : RTLD_DEFAULT;
	void (*initialize)(void);
	int (*run)(const char *program);
	int (*finalize)(void);

	memcpy(&initialize, &(void *){find(library, "Py_Initialize")}, sizeof(initialize));
	memcpy(&run, &(void *){find(library, "PyRun_SimpleString")}, sizeof(run));
	memcpy(&finalize, &(void *){find(library, "Py_FinalizeEx")}, sizeof(finalize));
	for (int i = 0; i < 2; i++) {
		initialize();
		if (run(PROGRAM) != 0 || finalize() != 0)
			return 1;
	}
	return 0;
}
