/* The end of the image: exit, and exec, which may come back. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/single_threaded.h>
#include <sys/stat.h>

#include "clock.h"
#include "kernel.h"
#include "recorder_process.h"
#include "recorder_state.h"
#include "sink.h"
#include "sockets.h"

/* So often, in all, the exit waits for other threads in the middle of a hook. */
#define EXIT_TURNS   20
#define EXIT_TICK_NS 500000

static bool exit_names(int fd, const struct trace_socket *socket)
{
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);
	struct stat status;
	long result;

	if (socket->cookie != 0) {
		result = kernel_call5(SYS_getsockopt, fd, SOL_SOCKET, SO_COOKIE, &cookie, &size);
		return result == 0 ? cookie == socket->cookie
				   : result != -EBADF && result != -ENOTSOCK;
	}
	return kernel_call2(SYS_fstat, fd, &status) == 0 && S_ISSOCK(status.st_mode) &&
	       (socket->inode == 0 || status.st_ino == socket->inode);
}

bool recorder_look_again(int fd)
{
	uint64_t slot = sockets_slot(fd);
	struct trace_socket *socket = sockets_record(slot);
	uint64_t taken;

	if (socket == NULL || exit_names(fd, socket))
		return socket != NULL;
	taken = sockets_take(fd);
	if (taken != slot) {
		/* another thread was here in between */
		if (taken != 0)
			sockets_put_back(fd, taken);
		return taken != 0;
	}
	if (__atomic_sub_fetch(&socket->fd_count, 1, __ATOMIC_ACQ_REL) == 0)
		recorder_end(socket, TRACE_END_VANISHED);
	return false;
}

/*
 * The ledger against the kernel: a number that names something else now was closed unseen, unless
 * another thread has just taken it to close it, which only a look that takes it too can tell.
 */
static void exit_end_socket(int fd, struct trace_socket *socket, uint32_t flags)
{
	if (RECORDER_LIVE(socket->end) != 0 || !recorder_look_again(fd))
		return;
	recorder_read_tcp(socket, fd);
	/* Unless another thread is closing it: then its end is the truth. */
	if (sockets_record(sockets_slot(fd)) == socket && RECORDER_LIVE(socket->end) == 0) {
		__atomic_fetch_or(&socket->flags, flags, __ATOMIC_RELAXED);
		recorder_end(socket, TRACE_END_EXIT);
	}
}

/*
 * A socket that is open and not in the ledger was opened by a way no hook sees. libc's own
 * (syslog's /dev/log, netlink) are datagram or raw sockets and no one's connections, so they do not
 * count.
 */
bool recorder_is_unseen_stream(int fd)
{
	int type = 0;
	socklen_t size = sizeof(type);

	return sockets_slot(fd) == 0 &&
	       kernel_call5(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
	       (type == SOCK_STREAM || type == SOCK_SEQPACKET);
}

/* Another thread may be about to record it, or have claimed it to close it. */
static void exit_adopt_unseen(int fd, int *turns)
{
	const struct timespec tick = {.tv_nsec = EXIT_TICK_NS};

	while (recorder_is_unseen_stream(fd) && !__libc_single_threaded && *turns > 0) {
		kernel_call2(SYS_nanosleep, &tick, NULL);
		--*turns;
	}
	if (!recorder_is_unseen_stream(fd) || recorder_join(fd))
		return;
	if (recorder_adopt(fd, TRACE_ORIGIN_ADOPTED) != NULL)
		sink_lost(TRACE_LOST_UNSEEN_SOCKET, 0);
}

static bool exit_is_ring(int fd)
{
	static const char ring[] = "anon_inode:[io_uring]";
	char path[] = "/proc/self/fd/0000000000";
	char target[sizeof(ring)] = "";
	size_t at = sizeof("/proc/self/fd/") - 1;

	for (int unit = 1000000000; unit > 0; unit /= 10) {
		if (fd >= unit || unit == 1)
			path[at++] = (char)('0' + fd / unit % 10);
	}
	path[at] = '\0';
	return kernel_call4(SYS_readlinkat, AT_FDCWD, path, target, sizeof(target)) ==
		       sizeof(ring) - 1 &&
	       memcmp(target, ring, sizeof(ring) - 1) == 0;
}

/* liburing enters the kernel by itself: only its descriptor, of an inode without a type, shows. */
static void exit_look_at(int fd, void *context)
{
	struct stat status;

	if (sockets_slot(fd) != 0 || kernel_call2(SYS_fstat, fd, &status) != 0)
		return;
	if (S_ISSOCK(status.st_mode))
		exit_adopt_unseen(fd, context);
	else if ((status.st_mode & S_IFMT) == 0 && exit_is_ring(fd) && recorder_be_born())
		recorder_note(recorder_note_ring, true);
}

static void exit_commit(struct trace_file_header *header, int status)
{
	RECORDER_SET(header->status, status);
	RECORDER_SET(header->ended_ns, clock_now_ns());
	__atomic_store_n(&header->end, TRACE_PROCESS_END_EXIT, __ATOMIC_RELEASE);
}

/* The page that a fork wipes tells whether this process has the parent's file still. */
void recorder_parent_exited(int status)
{
	struct trace_file_header *header = sink_header();

	if (header != NULL && RECORDER_LIVE(recorder.life->is_same_process) == 0)
		exit_commit(header, status);
}

/* What an interpreter left open when it shut down nothing in it can reach any more. */
static uint32_t exit_flags(void)
{
	struct recorder_capture capture;

	recorder_ask_runtimes(&capture, RECORDER_EXIT, 0, -1);
	return capture.is_shut_down ? TRACE_SOCKET_SHUT_DOWN : 0;
}

void recorder_exiting(int status)
{
	struct trace_file_header *header;
	int turns = EXIT_TURNS;
	uint32_t flags;

	if (recorder_is_foreign_process())
		return;
	recorder_is_ready(); /* a forked child that has done nothing yet lists its sockets now */
	recorder_each_open_fd(exit_look_at, &turns);
	header = recorder_is_ready() ? sink_header() : NULL;
	if (header == NULL)
		return;
	flags = exit_flags();
	for (uint32_t fd = 0; fd < sockets_fd_end(); fd++) {
		struct trace_socket *socket = sockets_record(sockets_slot((int)fd));

		if (socket != NULL)
			exit_end_socket((int)fd, socket, flags);
	}
	exit_commit(header, status);
	if (__libc_single_threaded)
		sink_trim();
}

void recorder_aborting(void)
{
	if (recorder_is_foreign_process() || !recorder_is_ready())
		return;
	for (uint32_t fd = 0; fd < sockets_fd_end(); fd++) {
		struct trace_socket *socket = sockets_record(sockets_slot((int)fd));

		if (socket != NULL && exit_names((int)fd, socket))
			recorder_look_at_tcp(socket, (int)fd);
	}
}

/*
 * Close-on-exec belongs to descriptors: a socket goes with this image when all of its have the
 * flag. Nothing ends here yet, since exec may fail; the analyzer draws the conclusion from EXEC.
 */
static void exec_snapshot(void)
{
	for (uint32_t fd = 0; fd < sockets_fd_end(); fd++) {
		struct trace_socket *socket = sockets_record(sockets_slot((int)fd));

		if (socket != NULL) {
			__atomic_fetch_or(&socket->flags, TRACE_SOCKET_CLOEXEC, __ATOMIC_RELAXED);
			recorder_read_tcp(socket, (int)fd);
		}
	}
	for (uint32_t fd = 0; fd < sockets_fd_end(); fd++) {
		uint64_t slot = sockets_slot((int)fd);
		struct trace_socket *socket = sockets_record(slot);

		if (socket != NULL && !(slot & SOCKETS_SLOT_CLOEXEC))
			__atomic_fetch_and(&socket->flags, ~TRACE_SOCKET_CLOEXEC, __ATOMIC_RELAXED);
	}
}

struct trace_exec *recorder_exec(const char *path)
{
	size_t size = path != NULL ? strnlen(path, 4096) : 0;
	struct trace_file_header *header;
	struct trace_exec *exec;

	if (recorder_is_foreign_process() || !recorder_is_ready())
		return NULL;
	exec_snapshot();
	exec = sink_reserve(sizeof(*exec) + size);
	if (exec == NULL)
		return NULL;
	exec->time_ns = clock_now_ns();
	exec->path_size_bytes = (uint32_t)size;
	if (size > 0)
		memcpy(exec + 1, path, size);
	sink_commit(&exec->record, TRACE_EXEC);
	header = sink_header();
	RECORDER_SET(header->ended_ns, exec->time_ns);
	__atomic_store_n(&header->end, TRACE_PROCESS_END_EXEC, __ATOMIC_RELEASE);
	return exec;
}

void recorder_exec_failed(struct trace_exec *exec, int error)
{
	struct trace_file_header *header = sink_header();

	if (exec == NULL || header == NULL || !sink_holds(exec))
		return;
	__atomic_store_n(&exec->error, error, __ATOMIC_RELAXED);
	__atomic_store_n(&header->end, 0, __ATOMIC_RELEASE);
	RECORDER_SET(header->ended_ns, 0);
}
