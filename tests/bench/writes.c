/* Writes one byte to a file COUNT times: `writes FILE COUNT`. */
#include "loopback.h"

#include <fcntl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const char *path;
	long count = loopback_arguments(argc, argv, &path);
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	while (count-- > 0)
		if (write(fd, "", 1) != 1)
			err(1, "%s", path);
	return 0;
}
