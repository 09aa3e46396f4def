#include "reader_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum reader_writer reader_writer_of(int fd)
{
	if (fcntl(fd, F_SETLEASE, F_RDLCK) != 0)
		return errno == EAGAIN ? READER_WRITER_THERE : READER_WRITER_UNKNOWN;
	/* a mapping keeps the open file, and its lease, beyond close(2) */
	fcntl(fd, F_SETLEASE, F_UNLCK);
	return READER_WRITER_GONE;
}

enum reader_writer reader_writer_find(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum reader_writer writer;

	if (fd < 0)
		return READER_WRITER_UNKNOWN;
	writer = reader_writer_of(fd);
	close(fd);
	return writer;
}
