/* A plug-in that needs a library nobody else has: it comes with it, under RTLD_LOCAL. */
#include "door.h"

int plugin_run(int port);

int plugin_run(int port)
{
	struct door *door = door_open(port);
	int result = door_knock(door);

	door_shut(door);
	return result;
}
