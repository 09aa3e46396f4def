/* COUNT exchanges over one connection. */
#include "loopback.h"

int main(int argc, char **argv)
{
	uint16_t port;
	long count = loopback_arguments(argc, argv, &port);
	int fd = loopback_connect(port);

	while (count-- > 0)
		loopback_exchange(fd);
	return 0;
}
