/* Opens, uses once and closes COUNT connections, one after another. */
#include "loopback.h"

#include <unistd.h>

int main(int argc, char **argv)
{
	uint16_t port;
	long count = loopback_arguments(argc, argv, &port);

	while (count-- > 0) {
		int fd = loopback_connect(port);

		loopback_exchange(fd);
		close(fd);
	}
	return 0;
}
