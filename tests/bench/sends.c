/* COUNT messages one way over one connection: `sends WHERE COUNT`. */
#include "loopback.h"

int main(int argc, char **argv)
{
	char message[MESSAGE_SIZE_BYTES] = {0};
	const char *where;
	long count = loopback_arguments(argc, argv, &where);
	int fd = loopback_connect(where);

	while (count-- > 0)
		if (send(fd, message, sizeof(message), 0) != sizeof(message))
			err(1, "send");
	return 0;
}
