/* Opens and closes sockets in functions whose names and lines a report must show. */
#include "facts.h"

static FRAME int frame_inner(int port)
{
	int fd = client_open(port);

	/* After the call, so that the frame is there while it runs. */
	fact("inner_line", __LINE__ - 3);
	return fd;
}

static FRAME int frame_middle(int port)
{
	int fd = frame_inner(port);

	fact("middle_line", __LINE__ - 2);
	return fd;
}

static FRAME void frame_closing(int fd)
{
	int result = close(fd);

	fact("closing_line", __LINE__ - 2);
	MUST(result == 0);
}

int main(void)
{
	int fd = frame_middle(port_of(listener_open()));

	fact("client", fd);
	frame_closing(fd);
	return 0;
}
