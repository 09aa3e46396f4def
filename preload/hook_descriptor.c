/* Descriptors being closed, duplicated and marked close-on-exec. */
#include "hook.h"

#include <stdarg.h>

#include "real.h"

bool hook_claim(int fd, struct recorder_claim *claim)
{
	struct hook_scope scope;
	bool is_claimed;

	if (recorder_socket(fd) == NULL || hook_is_silent())
		return false;
	scope = hook_enter();
	is_claimed = recorder_claim(fd, claim);
	hook_leave(scope);
	return is_claimed;
}

/* Linux frees the number before close() can fail with anything but EBADF (close(2), "Dealing with
 * error returns"). */
void hook_claim_settle(const struct recorder_claim *claim, int result, enum trace_end end)
{
	struct hook_scope scope = hook_enter();

	if (result < 0 && scope.error == EBADF)
		recorder_claim_returned(claim, scope.error);
	else
		recorder_claim_ended(claim, end);
	hook_leave(scope);
}

/* The recorder's own descriptors are not there, as far as the program can tell. */
static bool hook_is_hidden(int fd)
{
	if (!recorder_is_own_fd(fd))
		return false;
	errno = EBADF;
	return true;
}

void hook_closed_unclaimed(int fd, int result)
{
	bool is_missed = result < 0 && errno == EBADF;
	struct hook_scope scope;

	if ((!is_missed && !recorder_was_socket(fd)) || hook_is_silent())
		return;
	scope = hook_enter();
	if (is_missed)
		recorder_close_missed(fd);
	if (!recorder_was_socket(fd)) {
		hook_leave(scope);
		return;
	}
	if (result >= 0)
		recorder_forget(fd);
	else if (scope.error == EBADF)
		recorder_closed_again(fd, scope.error);
	hook_leave(scope);
}

HOOK_EXPORT int close(int fd)
{
	struct recorder_claim claim;
	bool is_claimed;
	int result;

	if (hook_is_hidden(fd))
		return -1;
	GUARD_SITE();
	is_claimed = hook_claim(fd, &claim);
	result = REAL(close)(fd);
	if (is_claimed)
		hook_claim_settle(&claim, result, TRACE_END_CLOSED);
	else
		hook_closed_unclaimed(fd, result);
	return result;
}
HOOK_ALIAS(__close, close);

/* ---- dup ---- */

void hook_duplicated(int old_fd, int new_fd, bool is_cloexec)
{
	struct hook_scope scope;

	if (new_fd < 0 || recorder_socket(old_fd) == NULL || hook_is_silent())
		return;
	scope = hook_enter();
	recorder_duplicated(old_fd, new_fd, is_cloexec);
	hook_leave(scope);
}

bool hook_may_duplicate(int old_fd, int new_fd)
{
	struct hook_scope scope;

	if (hook_is_hidden(old_fd))
		return false;
	if (!recorder_is_own_fd(new_fd) || hook_is_silent())
		return true;
	scope = hook_enter();
	recorder_own_fd_yield(new_fd);
	hook_leave(scope);
	return true;
}

bool hook_has_made_room(long result)
{
	struct hook_scope scope;
	bool has_made_room;

	if (result >= 0 || errno != EMFILE || hook_is_silent())
		return false;
	scope = hook_enter();
	has_made_room = recorder_own_fd_give_up();
	hook_leave(scope);
	return has_made_room;
}

HOOK_EXPORT int dup(int old_fd)
{
	int new_fd;

	if (hook_is_hidden(old_fd))
		return -1;
	new_fd = REAL(dup)(old_fd);
	if (hook_has_made_room(new_fd))
		new_fd = REAL(dup)(old_fd);
	hook_duplicated(old_fd, new_fd, false);
	return new_fd;
}

/* A failed dup2 leaves its target open: any error takes the claim back, not EBADF alone. */
static void hook_replaced(const struct recorder_claim *claim, int result)
{
	struct hook_scope scope = hook_enter();

	if (result < 0)
		recorder_claim_returned(claim, scope.error);
	else
		recorder_claim_ended(claim, TRACE_END_REPLACED);
	hook_leave(scope);
}

HOOK_EXPORT int dup2(int old_fd, int new_fd)
{
	struct recorder_claim claim;
	bool is_claimed;
	int result;

	if (!hook_may_duplicate(old_fd, new_fd))
		return -1;
	if (old_fd == new_fd)
		return REAL(dup2)(old_fd, new_fd);
	is_claimed = hook_claim(new_fd, &claim);
	result = REAL(dup2)(old_fd, new_fd);
	if (is_claimed)
		hook_replaced(&claim, result);
	hook_duplicated(old_fd, result, false);
	return result;
}
HOOK_ALIAS(__dup2, dup2);

HOOK_EXPORT int dup3(int old_fd, int new_fd, int flags)
{
	struct recorder_claim claim;
	bool is_claimed;
	int result;

	if (!hook_may_duplicate(old_fd, new_fd))
		return -1;
	if (old_fd == new_fd)
		return REAL(dup3)(old_fd, new_fd, flags);
	is_claimed = hook_claim(new_fd, &claim);
	result = REAL(dup3)(old_fd, new_fd, flags);
	if (is_claimed)
		hook_replaced(&claim, result);
	hook_duplicated(old_fd, result, (flags & O_CLOEXEC) != 0);
	return result;
}

/* ---- fcntl and ioctl ---- */

static void hook_cloexec(int fd, bool is_cloexec)
{
	struct hook_scope scope;

	if (recorder_socket(fd) == NULL || hook_is_silent())
		return;
	scope = hook_enter();
	recorder_cloexec(fd, is_cloexec);
	hook_leave(scope);
}

void hook_controlled(int fd, int command, long argument, int result)
{
	if (result < 0)
		return;
	if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
		hook_duplicated(fd, result, command == F_DUPFD_CLOEXEC);
	else if (command == F_SETFD)
		hook_cloexec(fd, (argument & FD_CLOEXEC) != 0);
}

/* Every fcntl and ioctl takes at most one argument more, as wide as a pointer; libc reads it
 * without looking at the command, too (sysdeps/unix/sysv/linux/fcntl64.c). */
#define HOOK_ARGUMENT(last)                                                                        \
	({                                                                                         \
		va_list arguments;                                                                 \
		long argument_;                                                                    \
		va_start(arguments, last);                                                         \
		argument_ = va_arg(arguments, long);                                               \
		va_end(arguments);                                                                 \
		argument_;                                                                         \
	})

HOOK_EXPORT int fcntl(int fd, int command, ...)
{
	long argument = HOOK_ARGUMENT(command);
	int result;

	if (hook_is_hidden(fd))
		return -1;
	result = REAL(fcntl)(fd, command, argument);
	if (hook_has_made_room(result))
		result = REAL(fcntl)(fd, command, argument);
	hook_controlled(fd, command, argument, result);
	return result;
}
HOOK_ALIAS(__fcntl, fcntl);

HOOK_EXPORT int fcntl64(int fd, int command, ...)
{
	long argument = HOOK_ARGUMENT(command);
	int result;

	if (hook_is_hidden(fd))
		return -1;
	result = REAL(fcntl64)(fd, command, argument);
	if (hook_has_made_room(result))
		result = REAL(fcntl64)(fd, command, argument);
	hook_controlled(fd, command, argument, result);
	return result;
}

HOOK_EXPORT int ioctl(int fd, unsigned long request, ...)
{
	long argument = HOOK_ARGUMENT(request);
	int result;

	if (hook_is_hidden(fd))
		return -1;
	result = REAL(ioctl)(fd, request, argument);
	if (result == 0 && (request == FIOCLEX || request == FIONCLEX))
		hook_cloexec(fd, request == FIOCLEX);
	return result;
}
