/* Sockets being made, connected, accepted and shut down. */
#include "hook.h"

#include "real.h"

/* A call that makes sockets has failed: perhaps because there are too many already. */
static void hook_no_socket(void)
{
	struct hook_scope scope;

	if ((errno != EMFILE && errno != ENFILE) || hook_is_silent())
		return;
	scope = hook_enter();
	recorder_out_of_descriptors(scope.error);
	hook_leave(scope);
}

void hook_socket_opened(int fd, int family, int type, int protocol)
{
	struct hook_scope scope;

	if (fd < 0)
		hook_no_socket();
	if (fd < 0 || hook_is_silent())
		return;
	scope = hook_enter();
	recorder_opened(fd, family, type, protocol);
	hook_leave(scope);
}

HOOK_EXPORT int socket(int family, int type, int protocol)
{
	int fd = REAL(socket)(family, type, protocol);

	GUARD_SITE();
	if (hook_has_made_room(fd))
		fd = REAL(socket)(family, type, protocol);
	hook_socket_opened(fd, family, type, protocol);
	return fd;
}

void hook_socket_paired(const int fds[2], int family, int type, int protocol)
{
	struct hook_scope scope;

	if (hook_is_silent())
		return;
	scope = hook_enter();
	recorder_opened_pair(fds, family, type, protocol);
	hook_leave(scope);
}

HOOK_EXPORT int socketpair(int family, int type, int protocol, int fds[2])
{
	int result = REAL(socketpair)(family, type, protocol, fds);

	if (hook_has_made_room(result))
		result = REAL(socketpair)(family, type, protocol, fds);
	if (result == 0)
		hook_socket_paired(fds, family, type, protocol);
	else
		hook_no_socket();
	return result;
}

struct trace_connect *hook_connecting(int fd, const struct sockaddr *address, socklen_t size)
{
	struct trace_connect *connect;
	struct hook_scope scope;

	if (hook_is_silent())
		return NULL;
	scope = hook_enter();
	connect = recorder_connecting(fd, address, size);
	hook_leave(scope);
	return connect;
}

void hook_connect_returned(int fd, struct trace_connect *connect, int result)
{
	struct hook_scope scope;

	if (connect == NULL)
		return;
	scope = hook_enter();
	recorder_connect_returned(fd, connect, result, result == 0 ? 0 : scope.error);
	hook_leave(scope);
}

HOOK_EXPORT int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t size)
{
	struct trace_connect *connect;
	int result;

	GUARD_SITE();
	connect = hook_connecting(fd, address.__sockaddr__, size);
	result = REAL(connect)(fd, address, size);
	hook_connect_returned(fd, connect, result);
	return result;
}
HOOK_ALIAS(__connect, connect);

void hook_bound(int fd, const struct sockaddr *address, socklen_t size)
{
	struct hook_scope scope;

	if (hook_is_silent())
		return;
	scope = hook_enter();
	recorder_bound(fd, address, size);
	hook_leave(scope);
}

HOOK_EXPORT int bind(int fd, __CONST_SOCKADDR_ARG address, socklen_t size)
{
	int result = REAL(bind)(fd, address, size);

	if (result == 0)
		hook_bound(fd, address.__sockaddr__, size);
	return result;
}

void hook_listening(int fd, int backlog)
{
	struct hook_scope scope;

	if (hook_is_silent())
		return;
	scope = hook_enter();
	recorder_listening(fd, backlog);
	hook_leave(scope);
}

HOOK_EXPORT int listen(int fd, int backlog)
{
	int result = REAL(listen)(fd, backlog);

	if (result == 0)
		hook_listening(fd, backlog);
	return result;
}

/* An address cut short by the caller's room is no address (accept(2)): getpeername knows better. */
void hook_accepted(int listener_fd, int fd, const struct sockaddr *address, const socklen_t *size,
		   socklen_t room, int flags)
{
	bool is_whole = address != NULL && size != NULL && *size <= room;
	struct hook_scope scope;

	if (fd < 0)
		hook_no_socket();
	if (fd < 0 || hook_is_silent())
		return;
	scope = hook_enter();
	recorder_accepted(listener_fd, fd, is_whole ? address : NULL, is_whole ? *size : 0, flags);
	hook_leave(scope);
}

/* A bad pointer is the kernel's to judge (EFAULT): one without an address is never looked at. */
static socklen_t hook_accept_room(const struct sockaddr *address, const socklen_t *size)
{
	return address != NULL && size != NULL ? *size : 0;
}

HOOK_EXPORT int accept(int listener_fd, __SOCKADDR_ARG address, socklen_t *restrict size)
{
	socklen_t room = hook_accept_room(address.__sockaddr__, size);
	int fd = REAL(accept)(listener_fd, address, size);

	GUARD_SITE();
	if (hook_has_made_room(fd))
		fd = REAL(accept)(listener_fd, address, size);
	hook_accepted(listener_fd, fd, address.__sockaddr__, size, room, 0);
	return fd;
}

HOOK_EXPORT int accept4(int listener_fd, __SOCKADDR_ARG address, socklen_t *restrict size,
			int flags)
{
	socklen_t room = hook_accept_room(address.__sockaddr__, size);
	int fd = REAL(accept4)(listener_fd, address, size, flags);

	GUARD_SITE();
	if (hook_has_made_room(fd))
		fd = REAL(accept4)(listener_fd, address, size, flags);
	hook_accepted(listener_fd, fd, address.__sockaddr__, size, room, flags);
	return fd;
}

void hook_shutting_down(int fd, int how)
{
	struct hook_scope scope;

	if (recorder_socket(fd) == NULL || hook_is_silent())
		return;
	scope = hook_enter();
	recorder_shutting_down(fd, how);
	hook_leave(scope);
}

void hook_shut_down(int fd, int how)
{
	struct hook_scope scope;

	if (recorder_socket(fd) == NULL || hook_is_silent())
		return;
	scope = hook_enter();
	recorder_shut_down(fd, how);
	hook_leave(scope);
}

HOOK_EXPORT int shutdown(int fd, int how)
{
	int result;

	hook_shutting_down(fd, how);
	result = REAL(shutdown)(fd, how);
	if (result == 0)
		hook_shut_down(fd, how);
	return result;
}

/* Reading SO_ERROR is how a program learns what became of a connect under way (connect(2)). */
void hook_option_read(int fd, int level, int option, const void *value, const socklen_t *size)
{
	struct hook_scope scope;

	if (level != SOL_SOCKET || option != SO_ERROR || *size < sizeof(int))
		return;
	if (recorder_socket(fd) == NULL || hook_is_silent())
		return;
	scope = hook_enter();
	recorder_connect_decided(fd, *(const int *)value);
	hook_leave(scope);
}

HOOK_EXPORT int getsockopt(int fd, int level, int option, void *restrict value,
			   socklen_t *restrict size)
{
	int result = REAL(getsockopt)(fd, level, option, value, size);

	if (result == 0)
		hook_option_read(fd, level, option, value, size);
	return result;
}
