/* COUNT exchanges over one connection: `ping_pong WHERE COUNT`. */
#include "loopback.h"

int main(int argc, char **argv)
{
	const char *where;
	long count = loopback_arguments(argc, argv, &where);
	int fd = loopback_connect(where);

	while (count-- > 0)
		loopback_exchange(fd);
	return 0;
}
