/*
 * The read and write family, on sockets. A positioned read or write of a socket fails with ESPIPE
 * (preadv2 at offset -1 excepted); the hooks are there so that nothing of the family is missed.
 */
#include "hook.h"

#include "hook_probe.h"
#include "hot.h"
#include "real.h"

/* Only a result of 0 makes it matter how much was asked for. */
static bool hook_vector_asks(ssize_t result, const struct iovec *vector, int count)
{
	return result != 0 || hook_vector_size(vector, (size_t)count) > 0;
}

/* ---- reading ---- */

/* Apart from read(), which then needs no registers of its own for what is no socket. */
static HOT_CODE __attribute__((noinline)) ssize_t read_told(int fd, void *buffer, size_t size,
							    uint64_t slot)
{
	struct trace_socket *socket = recorder_socket_in(slot, fd);
	ssize_t result;

	if (hook_is_probe(fd))
		return 1;
	result = REAL(read)(fd, buffer, size);
	if (socket != NULL)
		hook_transferred(socket, fd, RECORDER_RECEIVED, result, size > 0);
	return result;
}

HOOK_EXPORT HOT_ENTRY ssize_t read(int fd, void *buffer, size_t size)
{
	uint64_t slot;

	if (__builtin_expect(ledger_is_empty(fd, &slot), 1))
		return real.read(fd, buffer, size);
	return read_told(fd, buffer, size, slot);
}
HOOK_ALIAS(__read, read);

HOOK_EXPORT ssize_t __read_chk(int fd, void *buffer, size_t size, size_t room)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(__read_chk)(fd, buffer, size, room);
	result = REAL(__read_chk)(fd, buffer, size, room);
	hook_transferred(socket, fd, RECORDER_RECEIVED, result, size > 0);
	return result;
}

HOOK_EXPORT ssize_t pread(int fd, void *buffer, size_t size, off_t offset)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(pread)(fd, buffer, size, offset);
	result = REAL(pread)(fd, buffer, size, offset);
	hook_transferred(socket, fd, RECORDER_RECEIVED, result, size > 0);
	return result;
}

HOOK_EXPORT ssize_t pread64(int fd, void *buffer, size_t size, off64_t offset)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(pread64)(fd, buffer, size, offset);
	result = REAL(pread64)(fd, buffer, size, offset);
	hook_transferred(socket, fd, RECORDER_RECEIVED, result, size > 0);
	return result;
}
HOOK_ALIAS(__pread64, pread64);

HOOK_EXPORT ssize_t __pread_chk(int fd, void *buffer, size_t size, off_t offset, size_t room)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(__pread_chk)(fd, buffer, size, offset, room);
	result = REAL(__pread_chk)(fd, buffer, size, offset, room);
	hook_transferred(socket, fd, RECORDER_RECEIVED, result, size > 0);
	return result;
}

HOOK_EXPORT ssize_t __pread64_chk(int fd, void *buffer, size_t size, off64_t offset, size_t room)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(__pread64_chk)(fd, buffer, size, offset, room);
	result = REAL(__pread64_chk)(fd, buffer, size, offset, room);
	hook_transferred(socket, fd, RECORDER_RECEIVED, result, size > 0);
	return result;
}

HOOK_EXPORT ssize_t readv(int fd, const struct iovec *vector, int count)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(readv)(fd, vector, count);
	result = REAL(readv)(fd, vector, count);
	hook_transferred(socket, fd, RECORDER_RECEIVED, result,
			 hook_vector_asks(result, vector, count));
	return result;
}

HOOK_EXPORT ssize_t preadv(int fd, const struct iovec *vector, int count, off_t offset)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(preadv)(fd, vector, count, offset);
	result = REAL(preadv)(fd, vector, count, offset);
	hook_transferred(socket, fd, RECORDER_RECEIVED, result,
			 hook_vector_asks(result, vector, count));
	return result;
}

HOOK_EXPORT ssize_t preadv64(int fd, const struct iovec *vector, int count, off64_t offset)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(preadv64)(fd, vector, count, offset);
	result = REAL(preadv64)(fd, vector, count, offset);
	hook_transferred(socket, fd, RECORDER_RECEIVED, result,
			 hook_vector_asks(result, vector, count));
	return result;
}

HOOK_EXPORT ssize_t preadv2(int fd, const struct iovec *vector, int count, off_t offset, int flags)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(preadv2)(fd, vector, count, offset, flags);
	result = REAL(preadv2)(fd, vector, count, offset, flags);
	hook_transferred(socket, fd, RECORDER_RECEIVED, result,
			 hook_vector_asks(result, vector, count));
	return result;
}

HOOK_EXPORT ssize_t preadv64v2(int fd, const struct iovec *vector, int count, off64_t offset,
			       int flags)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(preadv64v2)(fd, vector, count, offset, flags);
	result = REAL(preadv64v2)(fd, vector, count, offset, flags);
	hook_transferred(socket, fd, RECORDER_RECEIVED, result,
			 hook_vector_asks(result, vector, count));
	return result;
}

/* ---- writing ---- */

static HOT_CODE __attribute__((noinline)) ssize_t write_told(int fd, const void *buffer,
							     size_t size, uint64_t slot)
{
	struct trace_socket *socket = recorder_socket_in(slot, fd);
	ssize_t result;

	if (hook_is_probe(fd))
		return hook_probe(buffer);
	result = REAL(write)(fd, buffer, size);
	if (socket != NULL)
		hook_transferred(socket, fd, RECORDER_SENT, result, size > 0);
	return result;
}

HOOK_EXPORT HOT_ENTRY ssize_t write(int fd, const void *buffer, size_t size)
{
	uint64_t slot;

	if (__builtin_expect(ledger_is_empty(fd, &slot), 1))
		return real.write(fd, buffer, size);
	return write_told(fd, buffer, size, slot);
}
HOOK_ALIAS(__write, write);

HOOK_EXPORT ssize_t pwrite(int fd, const void *buffer, size_t size, off_t offset)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(pwrite)(fd, buffer, size, offset);
	result = REAL(pwrite)(fd, buffer, size, offset);
	hook_transferred(socket, fd, RECORDER_SENT, result, size > 0);
	return result;
}

HOOK_EXPORT ssize_t pwrite64(int fd, const void *buffer, size_t size, off64_t offset)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(pwrite64)(fd, buffer, size, offset);
	result = REAL(pwrite64)(fd, buffer, size, offset);
	hook_transferred(socket, fd, RECORDER_SENT, result, size > 0);
	return result;
}
HOOK_ALIAS(__pwrite64, pwrite64);

HOOK_EXPORT ssize_t writev(int fd, const struct iovec *vector, int count)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(writev)(fd, vector, count);
	result = REAL(writev)(fd, vector, count);
	hook_transferred(socket, fd, RECORDER_SENT, result, true);
	return result;
}

HOOK_EXPORT ssize_t pwritev(int fd, const struct iovec *vector, int count, off_t offset)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(pwritev)(fd, vector, count, offset);
	result = REAL(pwritev)(fd, vector, count, offset);
	hook_transferred(socket, fd, RECORDER_SENT, result, true);
	return result;
}

HOOK_EXPORT ssize_t pwritev64(int fd, const struct iovec *vector, int count, off64_t offset)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(pwritev64)(fd, vector, count, offset);
	result = REAL(pwritev64)(fd, vector, count, offset);
	hook_transferred(socket, fd, RECORDER_SENT, result, true);
	return result;
}

HOOK_EXPORT ssize_t pwritev2(int fd, const struct iovec *vector, int count, off_t offset, int flags)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(pwritev2)(fd, vector, count, offset, flags);
	result = REAL(pwritev2)(fd, vector, count, offset, flags);
	hook_transferred(socket, fd, RECORDER_SENT, result, true);
	return result;
}

HOOK_EXPORT ssize_t pwritev64v2(int fd, const struct iovec *vector, int count, off64_t offset,
				int flags)
{
	struct trace_socket *socket = hook_socket(fd);
	ssize_t result;

	if (socket == NULL)
		return REAL(pwritev64v2)(fd, vector, count, offset, flags);
	result = REAL(pwritev64v2)(fd, vector, count, offset, flags);
	hook_transferred(socket, fd, RECORDER_SENT, result, true);
	return result;
}

/* ---- from descriptor to descriptor ---- */

HOOK_EXPORT ssize_t sendfile(int out_fd, int in_fd, off_t *offset, size_t size)
{
	struct trace_socket *socket = hook_socket(out_fd);
	ssize_t result = REAL(sendfile)(out_fd, in_fd, offset, size);

	if (socket != NULL)
		hook_transferred(socket, out_fd, RECORDER_SENT, result, size > 0);
	return result;
}

HOOK_EXPORT ssize_t sendfile64(int out_fd, int in_fd, off64_t *offset, size_t size)
{
	struct trace_socket *socket = hook_socket(out_fd);
	ssize_t result = REAL(sendfile64)(out_fd, in_fd, offset, size);

	if (socket != NULL)
		hook_transferred(socket, out_fd, RECORDER_SENT, result, size > 0);
	return result;
}

/* One side of a splice is a pipe (splice(2)), so at most one is a socket. */
HOOK_EXPORT ssize_t splice(int in_fd, off64_t *in_offset, int out_fd, off64_t *out_offset,
			   size_t size, unsigned int flags)
{
	struct trace_socket *from = hook_socket(in_fd);
	struct trace_socket *into = hook_socket(out_fd);
	ssize_t result = REAL(splice)(in_fd, in_offset, out_fd, out_offset, size, flags);

	if (from != NULL)
		hook_transferred(from, in_fd, RECORDER_RECEIVED, result, size > 0);
	if (into != NULL)
		hook_transferred(into, out_fd, RECORDER_SENT, result, size > 0);
	return result;
}
