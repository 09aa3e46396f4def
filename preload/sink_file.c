#include "sink_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/single_threaded.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vfs.h>

#include <socklife/trace_format.h>

#include "kernel.h"

/*
 * The last number that select() has room for: above what shells use, and low enough that the
 * kernel's table of descriptors stays small.
 */
#define SINK_FD_USUAL     1023
#define SINK_FD_LIFT_MOST 4096
#define SINK_SEQUENCE_MAX 10000u
#define SINK_ZEROS_BYTES  4096
#define SINK_ZEROS_PIECES 16

static char *sink_file_number(char *at, uint32_t number)
{
	char digits[10];
	size_t count = 0;

	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	while (count > 0)
		*at++ = digits[--count];
	return at;
}

static char *sink_file_text(char *at, const char *text)
{
	while (*text != '\0')
		*at++ = *text++;
	return at;
}

void sink_file_name(struct sink_file *file, const char *directory, uint32_t pid, uint32_t sequence)
{
	char *at = sink_file_text(file->path, directory);

	file->sequence = sequence;
	*at++ = '/';
	at = sink_file_number(at, pid);
	*at++ = '.';
	at = sink_file_number(at, sequence);
	at = sink_file_text(at, TRACE_SUFFIX);
	*at = '\0';
}

static int sink_file_try(struct sink_file *file, const char *directory, uint32_t pid)
{
	long fd;

	sink_file_name(file, directory, pid, file->sequence);
	fd = kernel_call4(SYS_openat, AT_FDCWD, file->path,
			  O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	file->fd = (int)fd;
	return fd < 0 ? (int)-fd : 0;
}

int sink_file_create(struct sink_file *file, const char *directory, uint32_t pid)
{
	int error;

	file->sequence = 0;
	if (directory[0] == '\0')
		return ENOENT;
	error = sink_file_try(file, directory, pid);
	if (error == ENOENT) {
		kernel_call3(SYS_mkdirat, AT_FDCWD, directory, 0700);
		error = sink_file_try(file, directory, pid);
	}
	while (error == EEXIST && ++file->sequence < SINK_SEQUENCE_MAX)
		error = sink_file_try(file, directory, pid);
	return error;
}

static uint64_t sink_file_limit(void)
{
	struct rlimit limit = {.rlim_cur = SINK_FD_USUAL + 1};

	kernel_call4(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit);
	return limit.rlim_cur;
}

/* Of one thread alone: another would see the limit, or fork and keep it. */
bool sink_file_lift(struct rlimit *limit)
{
	struct rlimit lifted;

	if (!__libc_single_threaded ||
	    kernel_call4(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, limit) != 0 ||
	    limit->rlim_cur > SINK_FD_LIFT_MOST)
		return false;
	lifted = *limit;
	lifted.rlim_cur++;
	if (lifted.rlim_max < lifted.rlim_cur)
		lifted.rlim_max = lifted.rlim_cur;
	return kernel_call4(SYS_prlimit64, 0, RLIMIT_NOFILE, &lifted, NULL) == 0;
}

void sink_file_drop(const struct rlimit *limit)
{
	kernel_call4(SYS_prlimit64, 0, RLIMIT_NOFILE, limit, NULL);
}

long sink_file_above(int fd)
{
	uint64_t limit = sink_file_limit();
	uint64_t wanted = 2 * (uint64_t)fd;

	return wanted < limit ? (long)wanted : (long)limit - 1;
}

bool sink_file_is_beyond(int fd)
{
	return (uint64_t)fd >= sink_file_limit();
}

void sink_file_close(struct sink_file *file)
{
	struct stat status = {0};
	int fd = file->fd;

	kernel_call2(SYS_fstat, fd, &status);
	file->device = status.st_dev;
	file->inode = status.st_ino;
	__atomic_store_n(&file->fd, -1, __ATOMIC_RELAXED);
	kernel_call1(SYS_close, fd);
}

int sink_file_reopen(struct sink_file *file)
{
	long fd = kernel_call4(SYS_openat, AT_FDCWD, file->path, O_RDWR | O_NOFOLLOW | O_CLOEXEC,
			       0);
	struct stat status = {0};

	if (fd < 0)
		return (int)-fd;
	kernel_call2(SYS_fstat, fd, &status);
	if (status.st_dev != file->device || status.st_ino != file->inode) {
		kernel_call1(SYS_close, fd);
		return ESTALE;
	}
	__atomic_store_n(&file->fd, (int)fd, __ATOMIC_RELAXED);
	return 0;
}

/* Lifted, the limit has room for one number that the program cannot have. */
void sink_file_raise(int *fd, bool is_lifted)
{
	uint64_t limit = sink_file_limit();
	long least = is_lifted || limit <= SINK_FD_USUAL ? (long)limit - 1 : SINK_FD_USUAL;
	long raised;

	/* Where all the high ones are taken, one as high as can be had. */
	for (; least > *fd; least -= least / 8 + 1) {
		raised = kernel_call3(SYS_fcntl, *fd, F_DUPFD_CLOEXEC, least);
		if (raised < 0)
			continue;
		kernel_call1(SYS_close, *fd);
		*fd = (int)raised;
		return;
	}
}

static int sink_file_write_zeros(int fd, uint64_t from, uint64_t to)
{
	static const char zeros[SINK_ZEROS_BYTES];
	uint64_t size = to - from < SINK_ZEROS_PIECES * sizeof(zeros)
				? to - from
				: SINK_ZEROS_PIECES * sizeof(zeros);
	struct iovec pieces[SINK_ZEROS_PIECES];
	size_t count = 0;
	long written;

	while (size > 0) {
		pieces[count].iov_base = (void *)(uintptr_t)zeros;
		pieces[count].iov_len = size < sizeof(zeros) ? size : sizeof(zeros);
		size -= pieces[count++].iov_len;
	}
	/* One call of many pieces: the page cache then takes pages that hang together. */
	do {
		written = kernel_call5(SYS_pwritev, fd, pieces, count, from, 0);
	} while (written == -EINTR);
	return (int)(written != 0 ? written : -ENOSPC);
}

static int sink_file_fill(int fd, uint64_t from, uint64_t to)
{
	while (from < to) {
		int written = sink_file_write_zeros(fd, from, to);

		if (written < 0)
			return -written;
		from += (uint64_t)written;
	}
	return 0;
}

int sink_file_warm(int fd, uint64_t from, uint64_t to)
{
	struct statfs status = {0};

	if (kernel_call2(SYS_fstatfs, fd, &status) == 0 && status.f_type == TMPFS_MAGIC)
		return 0;
	return sink_file_fill(fd, from, to);
}

int sink_file_extend(int fd, uint64_t from, uint64_t to)
{
	struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
	long result;

	/* Beyond RLIMIT_FSIZE the kernel would send SIGXFSZ, which kills (setrlimit(2)). */
	kernel_call4(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, &limit);
	if (to > limit.rlim_cur)
		return EFBIG;
	do {
		result = kernel_call4(SYS_fallocate, fd, 0, from, to - from);
	} while (result == -EINTR);
	/* NFS before 4.2, some FUSE: blocks come with zeros that are written. */
	if (result == -EOPNOTSUPP || result == -ENOSYS)
		return sink_file_fill(fd, from, to);
	return (int)-result;
}
