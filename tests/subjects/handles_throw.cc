/* Throws through a C library's frames, and so through those of its wrappers. */
#include "door.h"

#include <stdexcept>

#include "facts.h"

static int visit(struct door *door, void *context)
{
	(void)context;
	door_knock(door);
	throw std::runtime_error("out of the door");
}

int main()
{
	int listener = listener_open();
	struct door *door = door_make(port_of(listener));
	int caught = 0, fd;

	for (int i = 0; i < 3; i++) {
		try {
			door_each(door, visit, NULL);
		} catch (const std::runtime_error &) {
			caught++;
		}
	}
	fact("caught", caught);
	fd = client_open(port_of(listener));
	fact("nobodys", fd);
	fact("client", door_fd(door));
	door_shut(door);
	return close(fd);
}
