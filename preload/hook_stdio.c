/*
 * Streams own descriptors, and move their bytes and close them inside libc, where no hook is
 * reached (libio/fileops.c). fcloseall() is not here: glibc's flushes every stream and closes none.
 */
#include "hook.h"

#include <stdio_ext.h>
#include <wchar.h>

#include "real.h"

/* Streams without a descriptor (fmemopen) make fileno() fail: errno is not the program's affair. */
static int hook_stream_fd(FILE *stream)
{
	int saved_errno = errno;
	int fd = fileno(stream);

	errno = saved_errno;
	return fd;
}

HOOK_EXPORT FILE *fdopen(int fd, const char *mode)
{
	FILE *stream = REAL(fdopen)(fd, mode);
	struct hook_scope scope;

	if (stream == NULL || hook_socket(fd) == NULL || hook_is_silent())
		return stream;
	scope = hook_enter();
	recorder_streamed(fd);
	hook_leave(scope);
	return stream;
}
HOOK_ALIAS(_IO_fdopen, fdopen);

static bool hook_claim_stream(FILE *stream, struct recorder_claim *claim)
{
	int fd = hook_stream_fd(stream);

	return fd >= 0 && hook_claim(fd, claim);
}

/* What a stream still holds goes out when it is closed, after the last look at the socket. */
struct hook_flush {
	struct trace_socket *socket;
	int fd;
	size_t size;
};

static struct hook_flush hook_flush_pending(FILE *stream, int fd)
{
	struct trace_socket *socket = fd >= 0 ? hook_socket(fd) : NULL;

	/* of a wide stream, characters are counted and not bytes (stdio_ext(3)) */
	return (struct hook_flush){
		socket, fd, socket != NULL && fwide(stream, 0) <= 0 ? __fpending(stream) : 0};
}

static void hook_flushed(const struct hook_flush *flush)
{
	if (flush->size > 0)
		hook_transferred(flush->socket, flush->fd, RECORDER_SENT, (int64_t)flush->size,
				 true);
}

HOOK_EXPORT int fclose(FILE *stream)
{
	struct recorder_claim claim = {.fd = hook_stream_fd(stream)};
	struct hook_flush flush = hook_flush_pending(stream, claim.fd);
	bool is_claimed = claim.fd >= 0 && hook_claim(claim.fd, &claim);
	int result = REAL(fclose)(stream);

	if (result == 0)
		hook_flushed(&flush);
	if (is_claimed)
		hook_claim_settle(&claim, result, TRACE_END_CLOSED);
	else
		hook_closed_unclaimed(claim.fd, 0);
	return result;
}
HOOK_ALIAS(_IO_fclose, fclose);

HOOK_EXPORT int pclose(FILE *stream)
{
	struct recorder_claim claim;
	bool is_claimed = hook_claim_stream(stream, &claim);
	int result = REAL(pclose)(stream);

	if (is_claimed)
		hook_claim_settle(&claim, result, TRACE_END_CLOSED);
	return result;
}

/* The old file is closed even where the new one cannot be opened (freopen(3)). */
HOOK_EXPORT FILE *freopen(const char *restrict path, const char *restrict mode,
			  FILE *restrict stream)
{
	struct recorder_claim claim;
	bool is_claimed = hook_claim_stream(stream, &claim);
	FILE *result = REAL(freopen)(path, mode, stream);

	if (is_claimed)
		hook_claim_settle(&claim, 0, TRACE_END_CLOSED);
	return result;
}

HOOK_EXPORT FILE *freopen64(const char *restrict path, const char *restrict mode,
			    FILE *restrict stream)
{
	struct recorder_claim claim;
	bool is_claimed = hook_claim_stream(stream, &claim);
	FILE *result = REAL(freopen64)(path, mode, stream);

	if (is_claimed)
		hook_claim_settle(&claim, 0, TRACE_END_CLOSED);
	return result;
}

/* ---- printed without a stream, however many writes that takes ---- */

static void hook_printed(struct trace_socket *socket, int fd, int result)
{
	if (socket != NULL && result != 0)
		hook_transferred(socket, fd, RECORDER_SENT, result, true);
}

HOOK_EXPORT int vdprintf(int fd, const char *restrict format, va_list arguments)
{
	struct trace_socket *socket = hook_socket(fd);
	int result = REAL(vdprintf)(fd, format, arguments);

	hook_printed(socket, fd, result);
	return result;
}

HOOK_EXPORT int dprintf(int fd, const char *restrict format, ...)
{
	va_list arguments;
	int result;

	va_start(arguments, format);
	result = vdprintf(fd, format, arguments);
	va_end(arguments);
	return result;
}

HOOK_EXPORT int __vdprintf_chk(int fd, int flag, const char *restrict format, va_list arguments)
{
	struct trace_socket *socket = hook_socket(fd);
	int result = REAL(__vdprintf_chk)(fd, flag, format, arguments);

	hook_printed(socket, fd, result);
	return result;
}

HOOK_EXPORT int __dprintf_chk(int fd, int flag, const char *restrict format, ...)
{
	va_list arguments;
	int result;

	va_start(arguments, format);
	result = __vdprintf_chk(fd, flag, format, arguments);
	va_end(arguments);
	return result;
}
