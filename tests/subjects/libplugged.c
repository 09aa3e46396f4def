/* The plug-in of plugged.c. */
#include "facts.h"

int plugin_connect(int port);

FRAME int plugin_connect(int port)
{
	int fd = client_open(port);

	bytes_send(fd, 19);
	return fd;
}
