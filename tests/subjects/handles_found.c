/* Opens its library with dlopen(RTLD_LOCAL) and finds the functions with dlsym(). */
#include "facts.h"

#include <dlfcn.h>

struct door;

int main(int argc, char *argv[])
{
	int listener = listener_open();
	struct door *(*open_door)(int port);
	int (*knock)(struct door * door);
	void (*shut)(struct door * door);
	struct door *door;
	void *library;

	MUST(argc > 1);
	library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
	MUST(library != NULL);
	*(void **)&open_door = dlsym(library, "door_open");
	*(void **)&knock = dlsym(library, "door_knock");
	*(void **)&shut = dlsym(library, "door_shut");
	MUST(open_door != NULL && knock != NULL && shut != NULL);
	door = open_door(port_of(listener));
	MUST(knock(door) == 1);
	shut(door);
	return dlclose(library);
}
