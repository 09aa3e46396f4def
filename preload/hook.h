/*
 * What all hooks share. A hook calls the real function with nothing held and the guard as it was
 * found, so that a cancelled thread or a longjmp out of a signal handler leaves nothing behind;
 * only the calls of the recorder stand between hook_enter() and hook_leave().
 */
#ifndef SOCKLIFE_HOOK_H
#define SOCKLIFE_HOOK_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guard.h"
#include "recorder.h"

#define HOOK_EXPORT __attribute__((visibility("default")))

/* A second exported name of a hook; see ALIAS in hooks.def. */
#if __has_attribute(copy) /* gcc warns of an alias without its target's attributes */
#define HOOK_ALIAS(other, name)                                                                    \
	HOOK_EXPORT extern __typeof__(name) other __attribute__((alias(#name), copy(name)))
#else
#define HOOK_ALIAS(other, name)                                                                    \
	HOOK_EXPORT extern __typeof__(name) other __attribute__((alias(#name)))
#endif

struct hook_scope {
	int error; /* errno as the program is to find it */
	unsigned int guard_depth;
};

static inline struct hook_scope hook_enter(void)
{
	return (struct hook_scope){.error = errno, .guard_depth = guard_enter()};
}

static inline void hook_leave(struct hook_scope scope)
{
	guard_restore(scope.guard_depth);
	errno = scope.error;
}

/* Nothing may be recorded here: this is a vfork child. */
static inline bool hook_is_silent(void)
{
	return recorder_is_foreign_process();
}

/* ---- traffic ---- */

/* The socket whose traffic is to be counted, NULL for all else. One load for what is no socket. */
static inline struct trace_socket *hook_socket(int fd)
{
	return recorder_socket(fd);
}

/* What hook_transferred() does when more than bytes is to be told. */
void hook_transferred_rarely(struct trace_socket *socket, int fd, enum recorder_direction direction,
			     int64_t result, bool asked);

/* Inline, so that nearly all calls leave by its first line with few registers saved. */
static inline void hook_transferred(struct trace_socket *socket, int fd,
				    enum recorder_direction direction, int64_t result, bool asked)
{
	if (__builtin_expect(result > 0, 1) &&
	    __builtin_expect(recorder_counted(socket, direction, (uint64_t)result), 1))
		return;
	hook_transferred_rarely(socket, fd, direction, result, asked);
}

/* ---- closing ---- */

/* Claims fd before the real call; false when there is nothing to tell afterwards. */
bool hook_claim(int fd, struct recorder_claim *claim);

/* Tells how the real call went: `result` negative is a failure by errno. */
void hook_claim_settle(const struct recorder_claim *claim, int result, enum trace_end end);

/* After a close() that claimed nothing: was it the second one of a socket? */
void hook_closed_unclaimed(int fd, int result);

/* ---- what syscall() shares with the hooks of the same name ---- */

struct msghdr;
struct mmsghdr;
struct sockaddr;
struct iovec;

void hook_socket_opened(int fd, int family, int type, int protocol);
void hook_socket_paired(const int fds[2], int family, int type, int protocol);
struct trace_connect *hook_connecting(int fd, const struct sockaddr *address, socklen_t size);
void hook_connect_returned(int fd, struct trace_connect *connect, int result);
/* room: what *size was before the call. */
void hook_accepted(int listener_fd, int fd, const struct sockaddr *address, const socklen_t *size,
		   socklen_t room, int flags);
void hook_bound(int fd, const struct sockaddr *address, socklen_t size);
void hook_listening(int fd, int backlog);
void hook_shutting_down(int fd, int how);
void hook_shut_down(int fd, int how);
void hook_option_read(int fd, int level, int option, const void *value, const socklen_t *size);

/*
 * `socket` is what hook_socket() gave before the real call, and may be NULL: descriptors that
 * travel by SCM_RIGHTS are told all the same.
 */
void hook_message_received(struct trace_socket *socket, int fd, const struct msghdr *message,
			   int64_t result, int flags);
void hook_messages_received(struct trace_socket *socket, int fd, const struct mmsghdr *messages,
			    int result, int flags);
void hook_message_sent(struct trace_socket *socket, int fd, const struct msghdr *message,
		       int64_t result, int flags);
void hook_messages_sent(struct trace_socket *socket, int fd, const struct mmsghdr *messages,
			int result, int flags);
void hook_sent_to(struct trace_socket *socket, int fd, int64_t result, int flags,
		  const struct sockaddr *address, socklen_t size);
void hook_received(struct trace_socket *socket, int fd, int64_t result, size_t size, int flags);
size_t hook_vector_size(const struct iovec *vector, size_t count);

void hook_duplicated(int old_fd, int new_fd, bool is_cloexec);
/* What fcntl() and ioctl() did to the descriptor itself; `result` is not negative. */
void hook_controlled(int fd, int command, long argument, int result);
/*
 * After a call that wanted a descriptor and got `result`: it failed for want of one, and now there
 * is the one that was ours. Make it again.
 */
bool hook_has_made_room(long result);
/* Clears the way for dup2 onto new_fd; false (EBADF) when old_fd is not the program's to see. */
bool hook_may_duplicate(int old_fd, int new_fd);
int hook_close_range(unsigned int first, unsigned int last, int flags);

/* An exec under way. Plain data on the caller's stack. */
struct hook_exec {
	struct trace_exec *record; /* NULL: not recorded */
	struct recorder_missed missed;
};

struct recorder_program hook_program_at(int directory, const char *path, char *const arguments[],
					bool is_extended);
struct hook_exec hook_executing(const struct recorder_program *program);
void hook_exec_returned(const struct hook_exec *exec);
void hook_exiting(int status);
/* Before and after what fork() does. */
void hook_forking(void);
void hook_forked(int pid);
/* Before clone(2). */
void hook_cloning(long flags);

#endif
